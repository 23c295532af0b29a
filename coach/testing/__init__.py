"""Test doubles that ship with coachflow: a rehearsal needs no llm, no network and no clock."""

from coach.testing.clock import FakeClock
from coach.testing.rehearsal import Rehearsal, rehearse

__all__ = ["FakeClock", "Rehearsal", "rehearse"]
