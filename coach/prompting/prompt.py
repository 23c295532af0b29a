"""A prompt: the page as it is sent, with its exact cost and its ledger."""

from collections.abc import Sequence

from coach.prompting import adapters
from coach.prompting.adapters import Json
from coach.prompting.budget import pack
from coach.prompting.ledger import Ledger
from coach.prompting.message import PromptMessage
from coach.prompting.policy import SectionPolicy
from coach.prompting.section import ROLE_LINES
from coach.prompting.spans import Span, spans
from coach.prompting.template import Templates
from coach.prompting.tokens import DEFAULT, tokenizer
from coach.prompting.view import PromptView
from coach.vocabulary.value import Value

BUDGET = 2_000  # tokens
CHAT_PER_MESSAGE = 4  # tokens, by OpenAI's cookbook
CHAT_REPLY = 3


class Prompt(Value):
    """What the llm will see. Prints, and answers `in`, like its text.

    `tokens` is the count of `text` under `encoding`; it is within `ledger.budget`. When
    `exact` is False it is an estimate or an upper bound (see tokens.py). The text form is
    `text` or `str(prompt)`; what a provider takes are `openai()` and `anthropic()`.
    """

    messages: tuple[PromptMessage, ...]
    text: str
    tokens: int
    exact: bool
    encoding: str
    ledger: Ledger
    template: str
    template_hash: str

    def __str__(self) -> str:
        return self.text

    def __contains__(self, part: str) -> bool:
        return part in self.text

    def __len__(self) -> int:
        return len(self.text)

    @property
    def chat_tokens(self) -> int:
        """What the chat form costs: each content and 4 more, and 3 for the reply."""
        count = tokenizer(self.encoding).count
        contents = sum(count(message.content) for message in self.messages)
        return contents + CHAT_PER_MESSAGE * len(self.messages) + CHAT_REPLY

    @property
    def spans(self) -> tuple[Span, ...]:
        """The parts of `text` in order and without gaps: whose characters they are."""
        return tuple(spans(self.messages))

    def openai(self) -> list[Json]:
        """The messages as OpenAI's chat API takes them."""
        return adapters.openai(self.messages)

    def anthropic(self) -> Json:
        """`system` and `messages` as Anthropic's messages API takes them, with cache marks."""
        return adapters.anthropic(self.messages)


def render_page(
    templates: Templates,
    names: Sequence[str],
    view: PromptView,
    budget: int = BUDGET,
    encoding: str = DEFAULT,
    policy: SectionPolicy | None = None,
) -> Prompt:
    """The first template found, rendered and packed to `budget` tokens.

    `policy` overrules the settings of its sections.
    TemplateNotFound, TemplateError with path:line, or BudgetError.
    """
    name = templates.find(names)
    counter = tokenizer(encoding)
    packed = pack(templates.render_prompt([name], view), budget, counter, policy)
    text = "".join([f"{ROLE_LINES[m.role]}{m.content}\n" for m in packed.messages])
    return Prompt(
        messages=packed.messages,
        text=text,
        tokens=packed.ledger.used,
        exact=counter.exact and packed.exact,
        encoding=encoding,
        ledger=packed.ledger,
        template=name,
        template_hash=templates.template_hash(name),
    )
