r"""Untrusted: text from people, tools or retrieval, made unable to forge the page's structure.

Neutralised is only what forges *our* structure, by a backslash in front: `<|name|>`, our
template tags, and at the start of a line `#` and `role:`. Line breaks of every kind become
"\n", other control characters go, but for tabs. This stops forgery of structure, not
persuasion: what the text says to the llm, it still says.
"""

import re
from functools import lru_cache

REMEMBERED = 2_048  # texts
REMEMBERED_CHARS = 2_000
ROLES = ("system", "user", "assistant", "tool", "developer", "function")

_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_UNUSUAL = re.compile("[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\U0010ffff]")
# what is invisible at the start of a line must not hide a heading or a role
_LEAD = "[^\\S\n]*(?:[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff][^\\S\n]*)*"
_FORGERIES = re.compile(
    rf"^({_LEAD})(\#|(?:{'|'.join(ROLES)})\b[ \t*_`]*[:：])"
    r"|<()(?=\|[^|<>\n]{0,64}\|>)"
    r"|\{()(?=%[-+]?\s*(?:end)?(?:message|section)\b)",
    re.MULTILINE | re.IGNORECASE,
)
_SUSPECT = re.compile("[#:：]|<\\||\\{%")


class Untrusted(str):
    """Text that came from a user, a tool or retrieval. It stays a plain str in every other way."""

    __slots__ = ()


def neutralise(text: str) -> str:
    """The text as it may stand on a page: no heading, no role, no special token, no tag."""
    return _known(text) if len(text) <= REMEMBERED_CHARS else _neutralised(text)


def _neutralised(text: str) -> str:
    text = printable(text)
    return _FORGERIES.sub(_defuse, text) if _SUSPECT.search(text) else text


_known = lru_cache(maxsize=REMEMBERED)(_neutralised)  # most of a page stood on the one before it


def printable(text: str) -> str:
    r"""The text with every line break as "\n" and without other control characters but "\t"."""
    if not _UNUSUAL.search(text):
        return str(text)
    text = _CONTROLS.sub("", _BREAKS.sub("\n", text))
    return _SURROGATES.sub("\ufffd", text)


def _defuse(found: re.Match[str]) -> str:
    if found[2] is not None:
        return f"{found[1]}\\{found[2]}"
    return f"{found[0]}\\"
