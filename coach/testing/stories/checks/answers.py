"""What is known after a turn."""

from collections.abc import Iterator

from coach.record.answer import Answer
from coach.testing.stories.checks.seen import Seen, shown
from coach.testing.stories.expect import AnswerExpect, Expect
from coach.testing.stories.results import Failure, Kind

Found = Iterator[tuple[Kind, str, str, str]]


def check_answers(seen: Seen, expect: Expect) -> Iterator[Failure]:
    for name, wanted in expect.answers.items():
        answer = seen.played.context.answers.get(name)
        found = _missing(name, wanted) if answer is None else _differs(name, wanted, answer)
        for kind, message, expected, got in found:
            yield Failure(
                kind=kind, message=message, place=("answers", name), expected=expected, got=got
            )


def _missing(name: str, wanted: AnswerExpect) -> Found:
    if not wanted.absent and wanted.declined is not False:
        value = shown(wanted.value) if _says(wanted, "value") else "an answer"
        yield Kind.MISSING_VALUE, f"{name} has no answer", value, "nothing"


def _differs(name: str, wanted: AnswerExpect, answer: Answer) -> Found:
    got = _described(answer)
    if wanted.absent:
        yield Kind.WRONG_VALUE, f"{name} has an answer", "nothing", got
        return
    yield from _value(name, wanted, answer, got)
    yield from _stale(name, wanted, answer, got)
    for key in ("status", "source", "declined"):
        want, found = getattr(wanted, key), getattr(answer, key)
        if want is not None and want != found:
            words = f"the {key} of {name} is {shown(found)}, not {shown(want)}"
            yield Kind.WRONG_VALUE, words, shown(want), shown(found)
    if wanted.confidence is not None and not wanted.confidence.holds(answer.confidence):
        words = f"the confidence in {name} is {answer.confidence:g}, not {wanted.confidence}"
        yield Kind.WRONG_VALUE, words, str(wanted.confidence), f"{answer.confidence:g}"


def _value(name: str, wanted: AnswerExpect, answer: Answer, got: str) -> Found:
    if not _says(wanted, "value"):
        return
    if not _same(answer.value, wanted.value):
        words = f"{name} is {shown(answer.value)}, not {shown(wanted.value)}"
        yield Kind.WRONG_VALUE, words, shown(wanted.value), got
    elif answer.stale and wanted.stale is None:
        yield Kind.MISSING_VALUE, f"{name} is stale", shown(wanted.value), got


def _stale(name: str, wanted: AnswerExpect, answer: Answer, got: str) -> Found:
    if wanted.stale is True and not answer.stale:
        yield Kind.NOT_STALE, f"{name} is not stale", "stale", got
    elif wanted.stale is False and answer.stale:
        yield Kind.WRONG_VALUE, f"{name} is stale", "not stale", got


def _says(wanted: AnswerExpect, key: str) -> bool:
    return key in wanted.model_fields_set


def _same(found: object, wanted: object) -> bool:
    same_kind = isinstance(found, bool) is isinstance(wanted, bool)
    return bool(same_kind and found == wanted)


def _described(answer: Answer) -> str:
    words = [] if answer.value is None else [shown(answer.value)]
    words += [f"({answer.status})"] if answer.status != "given" or not words else []
    return " ".join([*words, "(stale)"] if answer.stale else words)
