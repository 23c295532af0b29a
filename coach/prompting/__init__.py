"""The page: what the llm sees, rendered from templates and packed to an exact token budget."""
