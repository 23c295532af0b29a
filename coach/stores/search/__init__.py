"""The search index: which messages and memories hold a word. One room for each database."""
