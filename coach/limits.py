"""Limits that more than one floor keeps."""

MAX_MESSAGE_CHARS = 32_000
