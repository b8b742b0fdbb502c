"""Any list of places, from bytes to a clean table with a ledger that adds up."""
