"""How much a turn may ask of tools."""

from typing import Self

from coach.vocabulary.llm_policy import LlmPolicy
from coach.vocabulary.value import Value


class ToolLimits(Value):
    """Of one turn: `rounds` are answers of the llm that call tools, `calls` all of their calls.
    A result has at most `result_tokens`, all results together `tokens`; `at_once` run together."""

    rounds: int = 4
    calls: int = 8
    result_tokens: int = 1_000
    tokens: int = 4_000
    at_once: int = 4

    @classmethod
    def of(cls, policy: LlmPolicy) -> Self:
        """Those of a policy, the usual ones where it says nothing."""
        said = {
            "rounds": policy.tool_rounds,
            "calls": policy.tool_calls,
            "result_tokens": policy.tool_result_tokens,
            "tokens": policy.tool_tokens,
        }
        return cls.model_validate({name: most for name, most in said.items() if most is not None})
