"""The lists we know, one file per source: map of columns, signature, ids and corrections."""
