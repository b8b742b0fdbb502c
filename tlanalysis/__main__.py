"""`python -m tlanalysis` is the command line."""

from tlanalysis.cli import main

main()
