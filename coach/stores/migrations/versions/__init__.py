"""One module for each schema version, named for what it brings."""
