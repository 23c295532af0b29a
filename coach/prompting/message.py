"""A message of a prompt: what stands on the page, and what a provider is sent of it."""

from coach.prompting.exchange import call_lines
from coach.vocabulary.llm import ToolCall
from coach.vocabulary.value import Value
from coach.vocabulary.words import Role


class PromptMessage(Value):
    r"""One message of a prompt.

    `content` is what the page says, the lines for calls included. `sections` are the names of
    the sections in it with their lengths in characters; together they are `content` and "\n".
    `cache` is true where a prefix ends that a provider may well have cached: behind what is
    flagged `cache`, and behind the history.
    """

    role: Role
    content: str
    sections: tuple[tuple[str, int], ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    cache: bool = False

    @property
    def words(self) -> str:
        """The content without the lines for `tool_calls`, which are sent as structure."""
        if not self.tool_calls:
            return self.content
        calls = call_lines(self.tool_calls).removesuffix("\n")
        return self.content.removesuffix(calls).removesuffix("\n")
