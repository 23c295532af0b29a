"""The shelf: where the record is kept."""
