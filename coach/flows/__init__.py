"""The script: what should happen. Pure once loaded: no I/O."""
