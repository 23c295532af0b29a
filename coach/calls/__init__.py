"""What a turn asks of an llm: who is asked, how often, and what becomes of the answer."""
