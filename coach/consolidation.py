"""Consolidation: before a page is made, what is too old for its window becomes a summary."""

import logging
from collections.abc import Collection, Iterable, Sequence

from coach.errors import SummaryFailed
from coach.prompting import summary
from coach.prompting.phrases import Phrases
from coach.prompting.summary import SPOKEN, Summarise, SummaryLimits
from coach.prompting.tokens import tokenizer
from coach.prompting.window import DEFAULT, trim
from coach.record.context import CoachContext
from coach.record.message import Message
from coach.record.summary import Summary
from coach.vocabulary.context_policy import LLM, OFFLINE, ContextPolicy, SummaryPolicy

COUNTED = ("assumptions", "artifacts")

log = logging.getLogger("coach.consolidation")


def consolidate(
    context: CoachContext,
    policy: ContextPolicy,
    encoding: str,
    summarise: Summarise | str | None = None,
    undone: Iterable[int] = (),
) -> None:
    """Let the oldest messages leave a window that is over its mark, and fold them into the
    summaries, in one step. The window is `context.conversation_history`.

    `summarise` stands in for the policy's strategy; for 'llm' they are folded offline, since
    nothing waits here. Messages of the `undone` revisions count as withdrawn. When the summariser
    fails, the window stays as it is: nothing is lost, and the next turn tries again.
    """
    gone = frozenset(undone)
    messages = [m for m in context.conversation_history if m.revision not in gone]
    stays = trim(messages, policy.window or DEFAULT)
    context.show_window(stays or ())
    start = stays[0].seq if stays else context.messages + 1
    leaving = [m for m in messages if m.seq < start]
    if not leaving or not any(not m.withdrawn for m in leaving):
        return
    try:
        _fold(context, leaving, policy.summary or SummaryPolicy(), encoding, summarise)
    except SummaryFailed as error:
        # Not what it says: that may quote what was to be summed up.
        why = type(error.__cause__ or error).__name__
        log.warning("session %s: the window stays as it is: %s", context.session_id, why)
        context.show_window(m for m in messages if not m.withdrawn)
        return
    context.window_start = start


def purge(context: CoachContext, old: CoachContext, gone: Iterable[int] = ()) -> None:
    """Take out of the summaries what no longer holds since `old`, and the messages `gone`."""
    withdrawn = frozenset(gone)
    if not context.summaries or (not withdrawn and context.superseded == old.superseded):
        return
    new = {k: words for k, words in context.superseded.items() if k not in old.superseded}
    seqs = {int(key.partition(":")[0]) for key in new}
    seqs |= withdrawn
    left = summary.purge(context.summaries.frontier, _values(new.values()), seqs)
    put_summaries(context, [_once_more(item, seqs) for item in left])


def _once_more(item: Summary, seqs: Collection[int]) -> Summary:
    """What an llm wrote may tell in other words what no longer holds: as if it were made offline,
    so that it is written anew."""
    if item.strategy != LLM or not any(item.first_seq <= seq <= item.last_seq for seq in seqs):
        return item
    return item.model_copy(update={"strategy": OFFLINE})


def count(context: CoachContext, old: CoachContext, encoding: str) -> None:
    """Note how many tokens the things have that were added since `old`."""
    tokens = tokenizer(encoding).count
    for name in COUNTED:
        found = getattr(context, name)
        for key in found.changed_since(getattr(old, name)):
            item = found.get(key)
            if item is not None and item.content and not item.tokens:
                found[key] = item.model_copy(update={"tokens": tokens(item.content)})


def _fold(
    context: CoachContext,
    leaving: Sequence[Message],
    policy: SummaryPolicy,
    encoding: str,
    summarise: Summarise | str | None,
) -> None:
    sources = _sources(context)
    quoted = [m if m.seq not in sources else _unquoted(m) for m in leaving]
    how = summarise or policy.strategy
    folded = summary.fold(
        context.summaries.frontier,
        quoted,
        revision=context.revision,
        summarise=OFFLINE if how == LLM else how,
        limits=SummaryLimits(total_tokens=policy.max_tokens),
        superseded=_values(context.superseded.values()),
        encoding=encoding,
    )
    put_summaries(context, folded)


def quotable(context: CoachContext, messages: Iterable[Message]) -> list[Message]:
    """Those messages that an llm may sum up: spoken, not taken back, and without a value in them
    that no longer holds."""
    sources, never = _sources(context), Phrases(_values(context.superseded.values()))
    spoken = (m for m in messages if m.role in SPOKEN and not m.withdrawn)
    return [m for m in spoken if m.seq not in sources and not never.said_in(m.content)]


def _sources(context: CoachContext) -> set[int]:
    """The messages that something came from which no longer holds."""
    return {int(key.partition(":")[0]) for key in context.superseded}


def _unquoted(message: Message) -> Message:
    """A message whose words no longer hold: covered by a summary, and not quoted."""
    return message.model_copy(update={"withdrawn_by": message.revision})


def _values(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word for word in words if word)


def put_summaries(context: CoachContext, summaries: Sequence[Summary]) -> None:
    """These and no others; those that are the same stay untouched."""
    kept = {item.id: item for item in summaries}
    for key in [key for key in context.summaries if key not in kept]:
        del context.summaries[key]
    for key, item in kept.items():
        if context.summaries.get(key) != item:
            context.summaries[key] = item
