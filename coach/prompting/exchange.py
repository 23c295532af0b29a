"""Exchanges: a tool's result is on the page with the call that it answers, or not at all.

Providers refuse a result without its call, and a call without its result. So, before packing:

- a result whose call is not right before it is blank: it is never shown;
- a call that nobody answered is dropped, and what was said with it stays; but at the end of the
  page it is kept, because its results are still to come;
- calls are said in the text too, one line each, so that the page's count has them in it.

A tool's message without a `call_id` goes with the assistant's message before it when that has
no calls as structure, as in templates that know only text.
"""

from collections.abc import Sequence
from dataclasses import replace

from coach.prompting.section import RawMessage, RawSection, SectionSpec
from coach.prompting.untrusted import neutralise
from coach.vocabulary.llm import ToolCall

NO_RESULT = "(no result)"
LOOSE_PRIORITY = 100

Exchange = tuple[RawMessage, ...]


def call_lines(calls: Sequence[ToolCall]) -> str:
    r"""What the page says of an assistant's calls: 'calls search({"q": "x"})\n' for each."""
    texts = (" ".join(f"calls {call.name}({call.arguments})".split()) for call in calls)
    return "".join(f"{neutralise(text)}\n" for text in texts)


def exchanges(messages: Sequence[RawMessage]) -> list[Exchange]:
    """All messages, in order: most by themselves, an assistant's with the results behind it."""
    found: list[Exchange] = []
    special = False
    for message in messages:
        special = special or message.role == "tool" or bool(message.calls)
        if message.role == "tool" and found and found[-1][0].role == "assistant":
            found[-1] = (*found[-1], message)
        else:
            found.append((message,))
    if not special:
        return found
    return [_settled(exchange, is_last=exchange is found[-1]) for exchange in found]


def _settled(exchange: Exchange, *, is_last: bool) -> Exchange:
    """The exchange without calls that lack a result, and without results that lack a call."""
    first, *results = exchange
    if first.role == "tool":
        return (_blank(first),)
    if not results and not first.calls:
        return exchange
    if first.role != "assistant":
        return (replace(first, calls=()),)
    calls = {call.id: call for call in reversed(first.calls)}
    answered: set[str | None] = set()
    settled = [_result(result, set(calls), answered) for result in results]
    kept = tuple(call for call in first.calls if call is calls.pop(call.id, None))
    if not is_last:
        kept = tuple(call for call in kept if call.id in answered)
    said = _calling(first, kept)
    return (said, *(settled if _has_text(said) else map(_blank, settled)))


def _result(message: RawMessage, known: set[str], answered: set[str | None]) -> RawMessage:
    """The message, when it is the first that answers a known call, or when there are no calls."""
    call_id = message.call_id
    if call_id is None and not known:
        return message
    if call_id not in known or call_id in answered:
        return _blank(message)
    answered.add(call_id)
    return message if _has_text(message) else _saying(message, NO_RESULT)


def _calling(message: RawMessage, calls: tuple[ToolCall, ...]) -> RawMessage:
    """The message with these calls, and a line for each of them."""
    if calls:
        message = _saying(message, call_lines(calls))
    return replace(message, calls=calls)


def _saying(message: RawMessage, text: str) -> RawMessage:
    """The message with that text at its end."""
    if not message.sections:
        spec = SectionSpec(name=message.role, priority=LOOSE_PRIORITY, always=True)
        return replace(message, sections=(RawSection(spec=spec, text=text),))
    *others, last = message.sections
    last = replace(last, text=f"{last.text}\n{text}")
    return replace(message, sections=(*others, last))


def _blank(message: RawMessage) -> RawMessage:
    """The message without text. Its sections stay, so that the ledger names them."""
    sections = tuple(replace(section, text="") for section in message.sections)
    return replace(message, sections=sections, calls=(), call_id=None)


def _has_text(message: RawMessage) -> bool:
    return any(section.text.strip() for section in message.sections)
