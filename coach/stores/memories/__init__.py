"""Memories on the shelf: written, superseded, read and found again."""
