"""Tokens: exact, offline, bounded, for any text."""

import base64
import hashlib
import logging
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import tiktoken
from hypothesis import given
from hypothesis import strategies as st
from tiktoken_ext import openai_public

from coach.errors import PromptError
from coach.prompting import tokens
from coach.prompting.encodings import ENCODINGS, load_ranks
from coach.prompting.tokens import Tokenizer, count_tokens, tokenizer


@pytest.fixture(scope="session")
def published():
    """Ranks by encoding name, without asking the code under test to count."""
    return {name: load_ranks(spec) for name, spec in ENCODINGS.items()}


@pytest.mark.parametrize("name", ENCODINGS)
def test_the_ranks_are_those_that_openai_publishes(name, published):
    """The published file can be written again byte for byte."""
    lines = (base64.b64encode(token) + b" %d\n" % rank for token, rank in published[name].items())
    written = hashlib.sha256(b"".join(lines)).hexdigest()
    assert written == ENCODINGS[name].published


@pytest.mark.parametrize("name", ENCODINGS)
def test_the_constants_are_those_of_the_installed_tiktoken(name, monkeypatch):
    """Pattern, special tokens and hash are read from tiktoken's source, without a download."""
    asked = {}
    monkeypatch.setattr(
        openai_public, "load_tiktoken_bpe", lambda url, expected_hash: asked.update(h=expected_hash)
    )
    theirs = getattr(openai_public, name)()
    ours = ENCODINGS[name]
    assert (theirs["pat_str"], theirs["special_tokens"]) == (ours.pattern, ours.special)
    assert asked["h"] == ours.published


@pytest.mark.parametrize(
    ("text", "encoding", "expected"),
    [
        ("", "o200k_base", 0),
        ("hello world", "o200k_base", 2),
        ("hello world", "cl100k_base", 2),
        ("antidisestablishmentarianism", "cl100k_base", 6),
        ("お誕生日おめでとう", "cl100k_base", 9),
        ("2 + 2 = 4", "cl100k_base", 7),
    ],
)
def test_counts_are_those_of_the_cookbook(text, encoding, expected):
    """Known counts come out."""
    assert count_tokens(text, encoding) == expected


@given(st.text())
def test_a_count_is_what_an_independent_encoding_gives(text):
    """Any text counts as tiktoken counts it."""
    assert count_tokens(text) == len(independent().encode(text, disallowed_special=()))


def test_special_tokens_in_a_text_are_ordinary_text():
    """A user can write <|endoftext|> without an error and without ending anything."""
    assert count_tokens("<|endoftext|>") > 1


@pytest.mark.parametrize(
    "text",
    [" " * 1_000_000, "a" * 1_000_000, "x" + " " * 1_000_000 + "y", "\ud83d" * 1_000, "\n" * 10**6],
    ids=["spaces", "letters", "gap", "surrogates", "lines"],
)
def test_hostile_texts_count_and_cut_in_bounded_time(text):
    """Nothing raises, nothing takes long, and a cut fits."""
    begun = time.process_time()
    count, cut = tokenizer().count(text), tokenizer().cut(text, 20)
    assert 0 < count <= len(text.encode("utf-8", "surrogatepass"))
    assert tokenizer().count(cut) <= 20
    assert time.process_time() - begun < 30


class Panics:
    """An encoding that fails as Rust does: by a BaseException that is no Exception."""

    class Panic(BaseException):
        pass

    def encode(self, text, disallowed_special):
        raise self.Panic

    decode_bytes = None


def test_a_tokenizer_that_gives_up_counts_bytes_and_says_so():
    """The count is an upper bound, flagged as not exact; a cut still fits."""
    broken = Tokenizer("broken", Panics())
    assert broken.measure("äb") == (3, False)
    assert broken.cut("word " * 50, 20) == "word word word…"
    with pytest.raises(PromptError, match="cannot encode"):
        broken.encode("äb")


def test_ctrl_c_is_not_swallowed():
    """Interrupting a count interrupts."""
    stopped = Tokenizer("stopped", type("E", (Panics,), {"Panic": KeyboardInterrupt})())
    with pytest.raises(KeyboardInterrupt):
        stopped.count("text")


def test_without_ranks_counts_are_estimates_and_stay_so(monkeypatch, caplog):
    """ceil(bytes / 4), flagged, warned of once."""
    monkeypatch.setattr(tokens, "_tokenizers", {})
    monkeypatch.setattr(tokens, "load_ranks", lambda spec: 1 / 0)
    with caplog.at_level(logging.WARNING):
        estimate = [tokenizer("cl100k_base").measure("你好吗") for _ in range(2)]
    assert estimate == [(3, False), (3, False)]
    assert not tokenizer("cl100k_base").exact
    assert len(caplog.records) == 1


def test_damaged_ranks_are_not_used(tmp_path):
    """A file with other content is refused."""
    import lzma

    spec = ENCODINGS["o200k_base"]
    (tmp_path / spec.ranks).write_bytes(lzma.compress(b"\x01a"))
    with pytest.raises(ValueError, match="does not hold"):
        load_ranks(spec, tmp_path)


def test_an_unknown_encoding_is_named_with_a_suggestion():
    """The error says what would have worked."""
    with pytest.raises(PromptError, match="Did you mean 'o200k_base'"):
        tokenizer("o200k-base")


def test_threads_share_one_tokenizer(monkeypatch):
    """The first count from many threads loads once."""
    monkeypatch.setattr(tokens, "_tokenizers", {})
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: tokenizer("cl100k_base"), range(32)))
    assert len(found) == 1


@pytest.mark.parametrize("keep", ["first", "last"])
@given(text=st.text(max_size=400), most=st.integers(0, 40))
def test_a_cut_fits_and_is_part_of_the_text(text, most, keep):
    """Whatever the text, the cut has at most so many tokens and nothing new in it."""
    cut = tokenizer().cut(text, most, keep=keep)
    assert count_tokens(cut) <= most
    if "\ufffd" not in cut:
        assert cut.removesuffix("…") in text or cut.removeprefix("…") in text


def test_a_cut_ends_where_a_reader_would_stop():
    """At a sentence when one is near, else at a space, and marked."""
    text = "I will call her. Then we will see about the rest of it all, perhaps on Monday."
    assert tokenizer().cut(text, 6) == "I will call her.…"
    assert tokenizer().cut(text, 6, keep="last").startswith("…")


def test_a_family_is_not_torn_apart():
    """A cut never ends in a joiner, inside one visible character."""
    family = "👨\u200d👩\u200d👧\u200d👦"
    kept = tokenizer().cut(family * 50, 40).removesuffix("…")
    assert kept
    assert kept.replace(family, "") == ""


_independent = []


def independent():
    """An encoding built here, from the ranks file alone."""
    if not _independent:
        spec = ENCODINGS["o200k_base"]
        _independent.append(
            tiktoken.Encoding(
                "mine",
                pat_str=spec.pattern,
                mergeable_ranks=load_ranks(spec),
                special_tokens=spec.special,
            )
        )
    return _independent[0]


@given(st.text(max_size=60))
def test_the_sizes_of_tokens_add_up_to_the_text(text):
    """In bytes, one for each token that is counted."""
    found = tokenizer("o200k_base")
    sizes = found.sizes(text)
    assert len(sizes) == found.count(text)
    assert sum(sizes) == len(text.encode())
