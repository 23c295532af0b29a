"""Observing: what a turn did and how long it took, as a line in the log and as spans."""

from coach.observing.json_lines import JsonLines

__all__ = ["JsonLines"]
