"""Consolidation: before a page is made, what is too old for its window becomes a summary."""

import logging
from collections.abc import Iterable, Sequence

from coach.errors import SummaryFailed
from coach.prompting import summary
from coach.prompting.summary import Summarise, SummaryLimits
from coach.prompting.tokens import tokenizer
from coach.prompting.window import DEFAULT, trim
from coach.record.context import CoachContext
from coach.record.message import Message
from coach.record.summary import Summary
from coach.vocabulary.context_policy import ContextPolicy, SummaryPolicy

COUNTED = ("assumptions", "artifacts")

log = logging.getLogger("coach.consolidation")


def consolidate(
    context: CoachContext,
    policy: ContextPolicy,
    encoding: str,
    summarise: Summarise | None = None,
    undone: Iterable[int] = (),
) -> None:
    """Let the oldest messages leave a window that is over its mark, and fold them into the
    summaries, in one step. The window is `context.conversation_history`.

    Messages of the `undone` revisions count as withdrawn. When the summariser fails, the window
    stays as it is: nothing is lost, and the next turn tries again.
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
    _put(
        context, summary.purge(context.summaries.frontier, _values(new.values()), seqs | withdrawn)
    )


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
    summarise: Summarise | None,
) -> None:
    sources = {int(key.partition(":")[0]) for key in context.superseded}
    quoted = [m if m.seq not in sources else _unquoted(m) for m in leaving]
    folded = summary.fold(
        context.summaries.frontier,
        quoted,
        revision=context.revision,
        summarise=summarise or policy.strategy,
        limits=SummaryLimits(total_tokens=policy.max_tokens),
        superseded=_values(context.superseded.values()),
        encoding=encoding,
    )
    _put(context, folded)


def _unquoted(message: Message) -> Message:
    """A message whose words no longer hold: covered by a summary, and not quoted."""
    return message.model_copy(update={"withdrawn_by": message.revision})


def _values(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word for word in words if word)


def _put(context: CoachContext, summaries: Sequence[Summary]) -> None:
    kept = {item.id: item for item in summaries}
    for key in [key for key in context.summaries if key not in kept]:
        del context.summaries[key]
    for key, item in kept.items():
        if context.summaries.get(key) != item:
            context.summaries[key] = item
