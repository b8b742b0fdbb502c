"""From bytes to a text frame: CSV, workbooks, JSON and Parquet."""
