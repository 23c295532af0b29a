r"""Sections and messages as a template yields them, and the line-blocks that they are made of.

A *line-block* ends in "\n" and does not start with white space or "/". No encoding that is
shipped merges across such a boundary, so the sum of the blocks' counts is the count of the
whole, exactly. `blocks` brings any text into that form.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field as Setting
from pydantic import model_validator

from coach.prompting.cutting import Keep
from coach.vocabulary.llm import ToolCall
from coach.vocabulary.value import Value
from coach.vocabulary.words import Role

ROLE_LINES = {role.value: f"{role.value}:\n" for role in Role}

_BOUNDARY = re.compile(r"(?<=\n)(?=[^\s/])")
_ROLE_LINE = re.compile(rf"^(?=(?:{'|'.join(ROLE_LINES)}):[^\S\n]*$)", re.MULTILINE)

Tokens = Annotated[int, Setting(ge=1, le=10_000_000)]


class SectionSpec(Value):
    """How a section competes for the budget; the attributes of `{% section %}`.

    `priority` 0 to 100, higher first. `always`: it must be there, whole, or with a `min` as
    much as fits that many tokens, and more where there is room. `max` caps its tokens. `keep`
    says which end stays when it is cut. `cache` marks what seldom changes, for the provider's
    prompt cache. `more` is how many units there are beyond the rendered ones, on the side that
    is not kept.
    """

    name: Annotated[str, Setting(min_length=1, max_length=64)]
    priority: Annotated[int, Setting(ge=0, le=100)] = 50
    always: bool = False
    min: Tokens | None = None
    max: Tokens | None = None
    keep: Keep = "first"
    cache: bool = False
    more: Annotated[int, Setting(ge=0, le=1_000_000_000)] = 0

    @model_validator(mode="after")
    def _min_below_max(self) -> "SectionSpec":
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min} is more than max {self.max}")
        return self


@dataclass(frozen=True, kw_only=True, slots=True)
class RawSection:
    """A section before packing: all of its text."""

    spec: SectionSpec
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RawMessage:
    """A message before packing. In a system message a section's units are its line-blocks;
    in any other role each section is one unit, because an utterance is not a list.

    `calls` are the tools that an assistant's message asks for; `call_id` is the call that a
    tool's message answers. They are structure, never text of a template.
    """

    role: Literal["system", "user", "assistant", "tool"]
    sections: tuple[RawSection, ...]
    calls: tuple[ToolCall, ...] = ()
    call_id: str | None = None


def normalise(text: str) -> str:
    r"""The text as line-blocks: no white space or "/" in front, one "\n" at the end, and no
    line that reads like the line which opens a message. '' stays ''."""
    text = text.strip()
    if not text:
        return ""
    if text[0] == "/":
        text = f"\\{text}"
    return _ROLE_LINE.sub(r"\\", text) + "\n"


def blocks(text: str) -> list[str]:
    """The line-blocks of a normalised text; joined they are the text again."""
    return _BOUNDARY.split(text) if text else []
