"""Read CSV files, workbooks, JSON and Parquet as rows of text."""
