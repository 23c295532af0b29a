"""Divergence: how much of a page a provider's cache can serve."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from independent import ids
from page_views import assumptions, big_view, history, question, templates, view

from coach.prompting import tokens
from coach.prompting.divergence import diverge
from coach.prompting.ledger import Ledger
from coach.prompting.message import PromptMessage
from coach.prompting.prompt import Prompt, render_page
from coach.prompting.section import normalise
from coach.prompting.tokens import count_tokens

BUILT_IN = templates()
TEXTS = st.text(st.sampled_from("ab Ü1.!'\"/\\\n\t…#-)’\u200b\u0301👩👨你\u3000"), max_size=40)


def page(seen):
    return render_page(BUILT_IN, ["grow/reality.md.jinja"], seen, 2_000)


def prompt(*contents, encoding="o200k_base"):
    """A prompt of the user's messages alone, each a section of its own."""
    texts = [normalise(content) for content in contents]
    messages = [
        PromptMessage(role="user", content=text[:-1], sections=((f"s{i}", len(text)),))
        for i, text in enumerate(texts)
        if text
    ]
    text = "".join(f"user:\n{text}" for text in texts if text)
    return Prompt(
        messages=tuple(messages),
        text=text,
        tokens=count_tokens(text, encoding),
        exact=True,
        encoding=encoding,
        ledger=Ledger(entries=(), budget=0, used=0),
        template="",
        template_hash="",
    )


def brute_force(before, after, encoding):
    a, b = ids(before.text, encoding), ids(after.text, encoding)
    return next(
        (i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b))
    )


@pytest.mark.parametrize("encoding", ["o200k_base", "cl100k_base"])
@given(start=TEXTS, one=TEXTS, other=TEXTS, end=TEXTS)
@example(start="a", one="👩", other="👨", end="")
@example(start="- a\n", one="  b", other="b", end="")
@example(start="", one="thing", other="things", end="x")
@example(start="a\n\n", one="\n b", other="b", end="")
@example(start="aaa", one="a", other="aaaaaa", end="\n\n/b")
def test_the_token_is_the_first_that_differs(start, one, other, end, encoding):
    """As found by encoding both texts whole and going through them."""
    before, after = (prompt(start + text + end, end, encoding=encoding) for text in (one, other))
    found = diverge(before, after)
    assert found.token == brute_force(before, after, encoding)
    assert found.tokens == len(ids(after.text, encoding))
    assert before.text[: found.char] == after.text[: found.char]


@given(
    texts=st.lists(st.text(max_size=60), min_size=1, max_size=9),
    progress=st.sampled_from([0.1, 0.2]),
    believed=st.lists(st.text(max_size=40), max_size=4),
)
def test_real_pages_diverge_where_their_tokens_do(texts, progress, believed):
    """Whatever people wrote."""
    before = page(view(history=history(*texts[:-1]), message=texts[-1], progress=0.1))
    seen = view(history=history(*texts), assumptions=assumptions(*believed), progress=progress)
    after = page(seen)
    assert diverge(before, after).token == brute_force(before, after, "o200k_base")


def test_the_same_page_does_not_diverge():
    """All of it can be served."""
    found = diverge(page(big_view()), page(big_view()))
    assert (found.share, found.section, found.token) == (1.0, None, found.tokens)
    assert str(found).startswith("nothing differs: all 1,")


def test_a_page_that_is_a_beginning_of_the_other_does_not_diverge():
    """What is not there any more costs nothing."""
    assert diverge(prompt("a", "b"), prompt("a")).share == 1.0
    longer = diverge(prompt("a"), prompt("a", "b"))
    assert (longer.token, longer.section) == (prompt("a").tokens, "s1")


def test_the_section_that_changed_is_named():
    """Rules, stage and history are served; the progress is not."""
    found = diverge(page(big_view()), page(big_view().model_copy(update={"progress": 0.5})))
    assert found.section == "wizard_progress"
    assert 0.5 < found.share < 1
    assert str(found) == (
        f"differs from token {found.token:,} of {found.tokens:,} on, in 'wizard_progress': "
        f"{found.share:.0%} can come from the cache"
    )


def test_a_new_message_differs_from_the_line_that_opens_it():
    """It is the new message's section that is named."""
    seen = view(history=history("a", "b"), question=question())
    longer = view(history=history("a", "b", "c"), question=question())
    assert diverge(page(seen), page(longer)).section == "history"


def test_a_window_that_moves_leaves_only_the_front():
    """The history's first message is another one."""
    told = [f"message number {i}" for i in range(30)]
    before, after = (page(view(history=history(*told[i : i + 20]))) for i in (0, 2))
    found = diverge(before, after)
    assert found.section == "history"
    assert after.text[found.char :].startswith("2\n")


def test_an_empty_page_diverges_from_nothing():
    """No token differs, because there is none."""
    assert diverge(prompt("a"), prompt()).share == 1.0


def test_without_ranks_the_token_is_an_estimate(monkeypatch):
    """By the characters in common."""
    monkeypatch.setattr(tokens, "_tokenizers", {})
    monkeypatch.setattr(tokens, "load_ranks", lambda spec: 1 / 0)
    found = diverge(prompt("word " * 50 + "a"), prompt("word " * 50 + "b"))
    assert 60 <= found.token < found.tokens
