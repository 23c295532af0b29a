"""Version 1: the first tables. A database that has this version has them already."""

revision = "1"
down_revision = None


def upgrade() -> None:
    """Nothing: new databases get the newest tables at once."""
