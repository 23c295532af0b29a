"""Fixtures as moments to try templates on, and what is wrong with their files."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from coach.errors import FixtureError, Problem
from coach.fixture_files import list_fixtures, load_fixture
from coach.flows.flow import Flow
from coach.prompting.view import PromptView
from coach.scenes import scene, stages_of
from coach.views import view_of


def fixed(
    flow: Flow, folders: Sequence[Path]
) -> tuple[dict[str, list[tuple[str, PromptView]]], list[Problem]]:
    """The views of a flow's fixtures by stage, each with its words; and their problems."""
    views: dict[str, list[tuple[str, PromptView]]] = defaultdict(list)
    problems: list[Problem] = []
    for name, path in list_fixtures(folders, flow.name).items():
        try:
            fixture = load_fixture(path, flow)
        except FixtureError as error:
            problems += error.problems
            continue
        for leaf in stages_of(fixture, flow):
            seen = scene(fixture, flow, leaf)
            view = view_of(flow, seen.context, seen.now, seen.occasion)
            views[leaf].append((f"with fixture {name!r}", view))
    return views, problems
