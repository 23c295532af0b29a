"""Hearing: text becomes commands. Offline by rules, or prepared in advance."""
