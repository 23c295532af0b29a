"""How databases of earlier versions become ones of this version: Alembic's home."""
