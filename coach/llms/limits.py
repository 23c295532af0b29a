"""How long an llm is waited for, and how much it may say."""

from typing import Annotated

from pydantic import Field as Setting

from coach.vocabulary.value import Value

Seconds = Annotated[float, Setting(gt=0, le=86_400)]


class LlmLimits(Value):
    """`connect_seconds` until it is reached, `silence_seconds` between two bytes, `seconds` for a
    whole answer. `max_tokens` bounds an answer whose request says nothing of its length."""

    connect_seconds: Seconds = 10.0
    silence_seconds: Seconds = 60.0
    seconds: Seconds = 300.0
    max_tokens: Annotated[int, Setting(ge=1)] | None = None


USUAL = LlmLimits()
