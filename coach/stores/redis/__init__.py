"""Redis: a cache in front of SQL, events between nodes, and a fenced store of shared contexts."""
