"""Vectors on the shelf: what an embedder made of messages and memories, and what lies near."""
