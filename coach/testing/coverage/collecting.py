"""Collecting: a watcher that counts what rehearsals go through, test by test, flow by flow."""

import contextlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from coach.bot import Bot
from coach.errors import CoachError
from coach.flows.flow import Flow
from coach.flows.load import load_flow
from coach.flows.registry import Registry
from coach.library import find_flow, roots
from coach.prompting.template import Templates
from coach.session import Session
from coach.settings import read_settings
from coach.testing.coverage.counting import FlowCoverage
from coach.testing.coverage.hits import Sight
from coach.testing.coverage.items import template_id
from coach.testing.coverage.lines import Source
from coach.testing.coverage.played import render, story_hits
from coach.testing.coverage.templates import template_items
from coach.testing.coverage.universe import Universe
from coach.testing.stories.results import StoryResult
from coach.vocabulary.decision import Decision

Excuses = Callable[[str], Mapping[str, str]]


def nothing_excused(flow: str) -> Mapping[str, str]:
    """No reasons for any flow."""
    return {}


class Collector:
    """Counts for every flow that is rehearsed, or only for those of some names.

    Between `begin` and `end` lies one test. `excuses` gives a flow's items that no story can be
    at, with the reasons.
    """

    def __init__(self, names: Iterable[str] = (), excuses: Excuses = nothing_excused) -> None:
        self.names = frozenset(names)
        self.flows: dict[str, FlowCoverage] = {}
        self._excuses = excuses
        self._sights: dict[str, Sight] = {}
        self._templates: dict[tuple[Path, ...], Templates] = {}
        self._folders: dict[str, tuple[Path, ...]] = {}
        self._files: dict[str, Path] = {}
        self._spots: Counter[str] = Counter()
        self._sessions: list[Session] = []
        self._hits: dict[str, Counter[str]] = {}

    # -- a watcher -------------------------------------------------------------------------

    def opening(self, bot: Bot, given: Flow | str | Path) -> None:
        """Give a bot templates that say which of their parts are rendered."""
        if not self._wants(bot.flow):
            return
        if not isinstance(given, Flow):
            self._files.setdefault(bot.flow.hash, _file(given))
        voice = bot.services.voice
        folders = tuple(voice.templates.roots.folders)
        voice.templates = self._probed(folders)
        self._folders.setdefault(bot.flow.hash, folders)

    def opened(self, session: Session) -> None:
        self._sessions.append(session)

    def decided(self, flow: Flow, decision: Decision, before: str | None) -> None:
        if not self._wants(flow):
            return
        self.coverage(flow)
        hits = self._hits.setdefault(flow.hash, Counter())
        hits.update(self._sight(flow).hits(decision, before))

    def played(self, result: StoryResult) -> None:
        """A story was played, or a conversation of the fixture `coach` is over."""
        flow = result.flow
        if flow is None or not self._wants(flow):
            return
        given = result.story.flow
        if given is not None and flow.hash not in self._files:
            with contextlib.suppress(CoachError):
                self._files[flow.hash] = _file(given)
        folders = roots("prompts", result.story.prompts or read_settings().prompts)
        self._folders.setdefault(flow.hash, folders)
        self.coverage(flow)
        hits = self._hits.setdefault(flow.hash, Counter())
        hits.update(story_hits(self._sight(flow), result))
        render(flow, result, self._probed(folders))

    # -- tests -----------------------------------------------------------------------------

    def begin(self) -> None:
        """A test begins: what was not counted is forgotten."""
        self._sessions.clear()
        self._hits.clear()
        self._spots.clear()

    def end(self, *, passed: bool) -> None:
        """A test is over: count what it went through."""
        for session in self._sessions:
            self._read(session)
        spots = {template_id(spot): times for spot, times in self._spots.items()}
        for key, hits in self._hits.items():
            coverage = self.flows[key]
            coverage.add_hits(hits, passed=passed)
            coverage.add_hits(spots, passed=passed)
            coverage.story(passed=passed)
        self.begin()

    def _read(self, session: Session) -> None:
        flow, before = session.flow, None
        if not self._wants(flow):
            return
        for turn in session.turns():
            if turn.decision is not None:
                self.decided(flow, turn.decision, before)
                before = turn.decision.stage

    # -- flows -----------------------------------------------------------------------------

    def coverage(self, flow: Flow) -> FlowCoverage:
        """The counts of a flow, begun if there are none."""
        if flow.hash not in self.flows:
            self.flows[flow.hash] = FlowCoverage(self._universe(flow))
        return self.flows[flow.hash]

    def _universe(self, flow: Flow) -> Universe:
        folders = self._folders.setdefault(flow.hash, roots("prompts", read_settings().prompts))
        source = Source.of(flow, self._files.get(flow.hash), _states())
        templates = template_items(flow, self._probed(folders))
        return Universe.of(flow, source, templates, self._excuses(flow.name))

    def expect(self) -> None:
        """Begin the counts of the flows that were named: one that no test is about has none."""
        known = {coverage.universe.flow.name for coverage in self.flows.values()}
        for name in sorted(self.names - known):
            self.coverage(self.find(name))

    def find(self, name: str) -> Flow:
        """The flow of a name; FlowError when there is none, or it has errors."""
        return load_flow(_file(name))

    def _wants(self, flow: Flow) -> bool:
        return not self.names or flow.name in self.names

    def _sight(self, flow: Flow) -> Sight:
        if flow.hash not in self._sights:
            self._sights[flow.hash] = Sight(flow)
        return self._sights[flow.hash]

    def _probed(self, folders: tuple[Path, ...]) -> Templates:
        if folders not in self._templates:
            self._templates[folders] = Templates(folders, seen=self._see)
        return self._templates[folders]

    def _see(self, spot: str) -> None:
        self._spots[spot] += 1

    # -- other processes -------------------------------------------------------------------

    def to_data(self) -> list[dict[str, Any]]:
        """All counts as plain JSON data, with the flows themselves."""
        return [
            {
                "counts": coverage.to_data(),
                "flow": coverage.universe.flow.text,
                "guards": sorted(coverage.universe.flow.registry.guards),
                "actions": sorted(coverage.universe.flow.registry.actions),
                "folders": [str(folder) for folder in self._folders[key]],
                "file": str(self._files[key]) if key in self._files else None,
            }
            for key, coverage in self.flows.items()
        ]

    def merge_data(self, data: Iterable[Mapping[str, Any]]) -> None:
        """Add what the collector of another process has counted."""
        for part in data:
            key = part["counts"]["hash"]
            self._folders.setdefault(key, tuple(Path(folder) for folder in part["folders"]))
            if part["file"] is not None:
                self._files.setdefault(key, Path(part["file"]))
            self.coverage(_flow(part)).merge_data(part["counts"])


def _states() -> tuple[Path, ...]:
    return roots("states", read_settings().states)


def _file(name_or_path: str | Path) -> Path:
    return find_flow(name_or_path, _states()).resolve()


def _flow(part: Mapping[str, Any]) -> Flow:
    """A flow that another process has sent; its guards and actions are names, never called."""
    registry = Registry(
        guards=dict.fromkeys(part["guards"], _refuse),
        actions=dict.fromkeys(part["actions"], _refuse),
    )
    return Flow.model_validate(json.loads(part["flow"])).using(registry)


def _refuse(context: object) -> Any:
    raise CoachError("a flow that came from another process is only counted, never run")
