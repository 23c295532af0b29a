"""Test doubles that ship with coachflow: a rehearsal needs no llm, no network and no clock."""

from coach.testing.clock import FakeClock
from coach.testing.embedder import FakeEmbedder
from coach.testing.rehearsal import Rehearsal, rehearse
from coach.testing.templates import lint_templates

__all__ = ["FakeClock", "FakeEmbedder", "Rehearsal", "lint_templates", "rehearse"]
