"""Recalling: what of the past is about a question. Pure: numbers and words in, an order out."""
