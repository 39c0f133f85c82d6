"""Parquet files in the object store, written and read by arro3."""
