"""What has gathered after a turn: artifacts, tasks, assumptions."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from coach.record.assumption import Assumption
from coach.testing.stories.checks.seen import Seen, listed, shown, texts
from coach.testing.stories.expect import ArtifactExpect, AssumptionExpect, Expect
from coach.testing.stories.results import Failure, Kind
from coach.testing.stories.story import Place


def check_artifacts(seen: Seen, expect: Expect) -> Iterator[Failure]:
    for key, wanted in expect.artifacts.items():
        found = seen.played.context.standing_artifact(key)
        place: Place = ("artifacts", key)
        if found is None or wanted.absent:
            yield from _there(f"artifact {key}", place, found, wanted.absent)
            continue
        yield from _word(f"artifact {key}", place, "status", wanted.status, found.status)
        yield from _artifact(key, place, wanted, found)


def _artifact(key: str, place: Place, wanted: ArtifactExpect, found: Any) -> Iterator[Failure]:
    if wanted.version is not None and not wanted.version.holds(found.version):
        words = f"artifact {key} is version {found.version}, not {wanted.version}"
        yield _wrong(place, words, wanted.version, found.version)
    kind = Kind.WRONG_VALUE
    for each in texts(kind, kind, f"in {key}", found.content, wanted.has, wanted.lacks):
        yield replace(each, place=(*place, *each.place), got=each.got or found.content[:160])


def check_tasks(seen: Seen, expect: Expect) -> Iterator[Failure]:
    by_name = {task.name: task for task in seen.played.context.tasks.values()}
    for name, wanted in expect.tasks.items():
        found, place = by_name.get(name), ("tasks", name)
        if found is None or wanted.absent:
            yield from _there(f"task {name!r}", place, found, wanted.absent)
            continue
        yield from _word(f"task {name!r}", place, "status", wanted.status, found.status)
        yield from _word(f"task {name!r}", place, "due", wanted.due, found.due)


def check_assumptions(seen: Seen, expect: Expect) -> Iterator[Failure]:
    held = list(seen.played.context.assumptions.values())
    for number, wanted in enumerate(expect.assumptions):
        found = [each for each in held if _fits(each, wanted)]
        if bool(found) is wanted.absent:
            words = "there is such an assumption" if found else "there is no such assumption"
            yield Failure(
                kind=Kind.WRONG_VALUE if found else Kind.MISSING_VALUE,
                message=words,
                place=("assumptions", number),
                expected=_described(wanted),
                got=listed(f"{a.content!r} ({a.status}, {a.confidence:g})" for a in held),
            )


def _fits(assumption: Assumption, wanted: AssumptionExpect) -> bool:
    plain = {"status": wanted.status, "source": wanted.source, "related_to": wanted.about}
    same = all(want is None or getattr(assumption, key) == want for key, want in plain.items())
    sure = wanted.confidence is None or wanted.confidence.holds(assumption.confidence)
    return same and sure and (wanted.has is None or wanted.has in assumption.content)


def _described(wanted: AssumptionExpect) -> str:
    words = {k: v for k, v in dict(wanted).items() if k in wanted.model_fields_set}
    return listed(f"{key}: {shown(value)}" for key, value in words.items())


def _there(what: str, place: Place, found: object, absent: bool) -> Iterator[Failure]:
    if found is None and not absent:
        yield Failure(
            kind=Kind.MISSING_VALUE,
            message=f"there is no {what}",
            place=place,
            expected="one",
            got="none",
        )
    elif found is not None and absent:
        yield _wrong(place, f"there is {what}", "none", getattr(found, "status", "one"))


def _word(what: str, place: Place, key: str, want: object, found: object) -> Iterator[Failure]:
    if want is not None and want != found:
        words = f"the {key} of {what} is {shown(found)}, not {shown(want)}"
        yield _wrong(place, words, want, found)


def _wrong(place: Place, message: str, expected: object, got: object) -> Failure:
    return Failure(
        kind=Kind.WRONG_VALUE,
        message=message,
        place=place,
        expected=shown(expected),
        got=shown(got),
    )
