"""`python -m coach.cli` is the command `coach`."""

from coach.cli import main

main()
