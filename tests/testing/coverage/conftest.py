"""A small flow with everything in it that coverage counts, and stories through it."""

from collections.abc import Callable

import pytest

from coach.flows.flow import Flow
from coach.flows.load import parse_flow
from coach.flows.source import read_document
from coach.testing.coverage import FlowCoverage, Source, Universe
from coach.vocabulary.commands import Command

TEXT = """\
flow: tea
start: order
stages:
  order:
    collect:
      kind: {type: text, ask: "Which tea?"}
      milk: {type: yesno, ask: "Milk?", optional: true}
    next:
      - to: brew
        when: >-
          has(kind)
          and (has(milk) or declined(milk))
  brew:
    collect:
      minutes: {type: number, ask: "How long?", depends_on: [kind]}
    next:
      - {to: done, when: "minutes >= 3"}
  done: {final: true}
  paused: {}
anywhere:
  - {trigger: pause, to: paused}
  - {trigger: resume, from: paused, to: $history}
"""

Tell = Callable[..., FlowCoverage]


@pytest.fixture(scope="session")
def tea() -> Flow:
    return parse_flow(TEXT)


@pytest.fixture(scope="session")
def source() -> Source:
    document = read_document(TEXT, "states/tea.yaml", ".yaml")
    return Source(path="states/tea.yaml", text=TEXT, document=document)


@pytest.fixture
def tell(tea: Flow, source: Source) -> Tell:
    """The coverage of a story: `tell([commands of a turn], …, passed=True)`."""

    def told(
        *turns: list[Command], passed: bool = True, excused: dict[str, str] | None = None
    ) -> FlowCoverage:
        coverage = FlowCoverage(Universe.of(tea, source, excused=excused))
        context, decision = tea.begin()
        coverage.add(decision, None, passed=passed)
        for heard in turns:
            before = context.stage
            context, decision = tea.step(context, heard)
            coverage.add(decision, before, passed=passed)
        coverage.story(passed=passed)
        return coverage

    return told
