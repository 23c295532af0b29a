"""The context policy: how much of what goes on the page, said in a flow or in the settings.

The keys of seed 004's `context:` block, and the window and the summary beside them.
"""

from typing import Annotated, Any, Self

from pydantic import Field as Setting
from pydantic import model_validator

from coach.vocabulary.value import Value

Priority = Annotated[int, Setting(ge=0, le=100)]
Tokens = Annotated[int, Setting(ge=1, le=10_000_000)]
SectionName = Annotated[str, Setting(min_length=1, max_length=64)]

MESSAGES = 20
TRIM_TO = 0.7
SUMMARY_TOKENS = 400
RECALL_TOKENS = 400
OFFLINE, LLM = "extractive", "llm"  # strategies: what 'llm' begins with, and itself


class WindowPolicy(Value):
    """When messages stop being shown whole.

    Once more than `messages` of them, or more than `tokens` tokens, are in the window, its
    oldest leave until `trim_to` of that is left. So its start moves seldom, and a provider's
    prompt cache holds; with `trim_to: 1.0` it moves every turn and is exactly the last N.
    """

    messages: Annotated[int, Setting(ge=1, le=1_000)] | None = None
    tokens: Tokens | None = None
    trim_to: Annotated[float, Setting(gt=0, le=1)] = TRIM_TO

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.messages is None and self.tokens is None:
            object.__setattr__(self, "messages", MESSAGES)
        return self


class SummaryPolicy(Value):
    """What becomes of messages that leave the window: `strategy` 'extractive' keeps what
    matters of them, at most `max_tokens` altogether; 'llm' does so at once, and then has an llm
    write it anew, where there is one; 'none' keeps nothing of them on the page."""

    strategy: Annotated[str, Setting(pattern=r"^(extractive|llm|none)$")] = "extractive"
    max_tokens: Annotated[int, Setting(ge=1, le=100_000)] = SUMMARY_TOKENS


class RecallPolicy(Value):
    """Whether what has left the window comes back when it is about what the person says now:
    messages, with those around them, and memories, of at most `max_tokens` altogether."""

    max_tokens: Annotated[int, Setting(ge=1, le=100_000)] = RECALL_TOKENS


class ContextPolicy(Value):
    """What a flow, or a deployment, says about the page. What it does not say is None or empty.

    `max_prompt_tokens` is the size of the page; sections go by their names or aliases. Without
    `recall` nothing is recalled.
    """

    max_prompt_tokens: Annotated[int, Setting(ge=0, le=10_000_000)] | None = None
    section_priorities: dict[SectionName, Priority] = {}
    section_max_tokens: dict[SectionName, Tokens] = {}
    always_include: tuple[SectionName, ...] = ()
    exclude: tuple[SectionName, ...] = ()
    window: WindowPolicy | None = None
    summary: SummaryPolicy | None = None
    recall: RecallPolicy | None = None

    def over(self, base: "ContextPolicy") -> "ContextPolicy":
        """This policy where it says something, else the other; maps are put together."""
        said: dict[str, Any] = {n: v for n in type(self).model_fields if (v := getattr(self, n))}
        if self.max_prompt_tokens is not None:
            said["max_prompt_tokens"] = self.max_prompt_tokens
        for name in ("section_priorities", "section_max_tokens"):
            said[name] = getattr(base, name) | getattr(self, name)
        return base.model_copy(update=said)


NOTHING_SAID = ContextPolicy()
