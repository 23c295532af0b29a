"""Stories: conversations written down in files, played without an llm, a network or a clock."""
