"""The llm policy: what a flow, or a deployment, lets an llm do."""

from typing import Annotated, Any, Literal

from pydantic import Field as Setting

from coach.vocabulary.value import Value


class LlmPolicy(Value):
    """What is not said is None; without a word the llm hears and speaks, in two calls.

    `hear: rules` has the offline rules understand, and `speak: offline` the templates answer: an
    llm is asked for the other alone. `calls: one` has the llm hear and speak in one call.
    `max_reply_tokens` bounds a reply.

    Of the tools that a stage offers, one turn makes at most `tool_calls` (8) calls in
    `tool_rounds` (4) answers; a result is cut at `tool_result_tokens` (1,000), and all of a turn's
    together at `tool_tokens` (4,000). At a limit the llm has to answer without.
    """

    hear: Literal["llm", "rules"] | None = None
    speak: Literal["llm", "offline"] | None = None
    calls: Literal["one", "two"] | None = None
    max_reply_tokens: Annotated[int, Setting(ge=16, le=100_000)] | None = None
    tool_rounds: Annotated[int, Setting(ge=1, le=100)] | None = None
    tool_calls: Annotated[int, Setting(ge=1, le=1_000)] | None = None
    tool_result_tokens: Annotated[int, Setting(ge=16, le=100_000)] | None = None
    tool_tokens: Annotated[int, Setting(ge=16, le=1_000_000)] | None = None

    def over(self, base: "LlmPolicy") -> "LlmPolicy":
        """This policy where it says something, else the other."""
        said: dict[str, Any] = {n: v for n, v in self if v is not None}
        return base.model_copy(update=said) if said else base

    @property
    def hears(self) -> bool:
        return self.hear != "rules"

    @property
    def speaks(self) -> bool:
        return self.speak != "offline"

    @property
    def at_once(self) -> bool:
        """Whether one call is to do both."""
        return self.calls == "one" and self.hears and self.speaks


NOTHING_SAID = LlmPolicy()
