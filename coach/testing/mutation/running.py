"""Running: each mutant in the place of its flow, until a story fails.

The stories that go through what was changed are played first. The order of everything is fixed,
so that the same flow and stories give the same report, in any number of processes.
"""

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from coach.code import registry
from coach.errors import FlowError, Problem, StoryError
from coach.flows.flow import Flow
from coach.testing.clock import FakeClock
from coach.testing.coverage.hits import Sight
from coach.testing.coverage.lines import Source
from coach.testing.coverage.played import story_hits
from coach.testing.exempt import check_known, load_exempt
from coach.testing.mutation.catalogue import mutants
from coach.testing.mutation.mutant import Fate, Mutant, Verdict
from coach.testing.mutation.report import MutationReport
from coach.testing.stories.files import story_files
from coach.testing.stories.player import Player
from coach.testing.stories.results import StoryResult
from coach.testing.stories.story import Story

Told = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """What a process needs to play the stories of a flow: all of it can be sent."""

    flow: Path
    files: tuple[Path, ...]
    code: str | None = None


@dataclass(kw_only=True)
class Bench:
    """A flow, its stories, and a player that has read all that mutants share."""

    flow: Flow
    stories: tuple[Story, ...]
    player: Player
    seen: list[Mapping[str, int]] = field(default_factory=list)

    @classmethod
    def of(cls, setting: Setting) -> "Bench":
        """With the stories that are about the flow, in the order of their files."""
        player = Player(registry=registry(setting.code))
        flow = player.flow(str(setting.flow))
        told = (story for file in setting.files for story in player.load(file).stories)
        own = tuple(story for story in told if player.flow_of(story).hash == flow.hash)
        for story in own:  # so that mutants find its templates read
            player.services(player.flow_of(story), FakeClock(), story.prompts)
        return cls(flow=flow, stories=own, player=player)

    def rehearse(self) -> Iterator[StoryResult]:
        """Every story on the flow as it is, noting what each goes through."""
        sight = Sight(self.flow)
        for story in self.stories:
            result = self.player.play(story)
            self.seen.append(story_hits(sight, result))
            yield result

    def order(self, mutant: Mutant) -> tuple[int, ...]:
        """The stories by how near they come to what was changed, then by their length."""
        return tuple(sorted(range(len(self.stories)), key=lambda n: self._rank(mutant, n)))

    def _rank(self, mutant: Mutant, number: int) -> tuple[int, int, int]:
        seen = self.seen[number]
        near = next((i for i, key in enumerate(mutant.touches) if key in seen), len(mutant.touches))
        return near, len(self.stories[number].turns), number

    def judge(self, mutant: Mutant, order: Sequence[int]) -> Fate:
        """What becomes of a mutant: the first story that fails has killed it."""
        try:
            flow = mutant.apply(self.flow)
            flow.engine  # noqa: B018  # checks and compiles it
        except (ValidationError, FlowError) as error:
            return Fate(mutant=mutant, verdict=Verdict.STILLBORN, reason=_reason(error))
        player = self.player.instead(self.flow, flow)
        for number in order:
            result = player.play(self.stories[number])
            if not result.passed:
                name, how = self.stories[number].name, ", ".join(result.kinds)
                return Fate(mutant=mutant, verdict=Verdict.KILLED, by=name, reason=how)
        return Fate(mutant=mutant, verdict=Verdict.SURVIVED)


def mutate(
    flow: Path,
    stories: Sequence[Path],
    *,
    code: str | None = None,
    jobs: int = 1,
    told: Told | None = None,
) -> MutationReport:
    """Every mutant of a flow against the stories at some places; `told` hears how far it is.

    StoryError when a story fails on the flow as it is, FlowFileError for an id in
    FLOW.exempt.yaml that is none.
    """
    setting = Setting(flow=flow, files=tuple(story_files(list(stories))), code=code)
    bench = Bench.of(setting)
    _all_pass(bench)
    found = mutants(bench.flow, Source.read(flow))
    folders = dict.fromkeys(file.parent for file in setting.files)
    exempt, document = load_exempt(folders, bench.flow.name)
    check_known(document, "equivalent", exempt.equivalent, (mutant.id for mutant in found))
    work = [(mutant, bench.order(mutant)) for mutant in found if mutant.proven is None]
    fates = {}
    for number, fate in enumerate(_judged(setting, bench, work, jobs), 1):
        fates[fate.mutant.id] = fate
        if told is not None:
            told(number, len(work))
    every = tuple(fates.get(mutant.id) or _proven(mutant) for mutant in found)
    return MutationReport(
        flow=bench.flow,
        path=Source.read(flow).path,
        stories=len(bench.stories),
        fates=tuple(_settled(fate, exempt.equivalent) for fate in every),
        wrong=tuple(f for f in every if f.mutant.id in exempt.equivalent and f.by is not None),
    )


def _all_pass(bench: Bench) -> None:
    """StoryError unless every story passes on the flow as it is: else a kill means nothing."""
    failed = [result for result in bench.rehearse() if not result.passed]
    if failed:
        raise StoryError(_fails(result) for result in failed)
    if not bench.stories:
        raise FlowError(f"no story there is about the flow {bench.flow.id!r}: 'coach story new'")


def _fails(result: StoryResult) -> Problem:
    at, why = result.story.at, result.all_failures[0]
    message = f"{result.story.name!r} fails on the flow as it is: {why}"
    return Problem(path=at.path, line=at.line, code="S301", message=message)


def _reason(error: Exception) -> str:
    """The first thing that keeps a mutant from being a flow."""
    if isinstance(error, ValidationError):
        return str(error.errors(include_url=False)[0]["msg"])
    head, *listed = str(error).split("\n")
    return listed[0].strip() if listed else head


def _proven(mutant: Mutant) -> Fate:
    return Fate(mutant=mutant, verdict=Verdict.EQUIVALENT, reason=mutant.proven or "")


def _settled(fate: Fate, equivalent: Mapping[str, str]) -> Fate:
    """A survivor that is listed as equivalent is told with the reason."""
    reason = equivalent.get(fate.mutant.id)
    if reason is None or fate.verdict is not Verdict.SURVIVED:
        return fate
    return Fate(mutant=fate.mutant, verdict=Verdict.EQUIVALENT, reason=reason)


# -- processes -----------------------------------------------------------------------------

Work = tuple[Mutant, tuple[int, ...]]
_BENCH: list[Bench] = []


def _judged(setting: Setting, bench: Bench, work: Iterable[Work], jobs: int) -> Iterator[Fate]:
    """The fates in the order of the work."""
    if jobs <= 1:
        yield from (bench.judge(mutant, order) for mutant, order in work)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, initializer=_begin, initargs=(setting,)) as pool:
        yield from pool.map(_judge, work, chunksize=4)


def _begin(setting: Setting) -> None:
    _BENCH[:] = [Bench.of(setting)]


def _judge(work: Work) -> Fate:
    (bench,) = _BENCH
    return bench.judge(*work)
