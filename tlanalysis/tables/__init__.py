"""From open files to our tables: the build, census modules, training bodies, communes, and the data dictionary."""
