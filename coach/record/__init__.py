"""The record: what did happen. One noun per file."""
