"""LLMS: adapters of what writes and understands text to the protocol of a turn."""
