"""Build tables from open files: census modules, training bodies, communes; and the data dictionary."""
