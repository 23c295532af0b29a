"""Counts that owe nothing to the code under test: stock tiktoken with its own pattern, on ranks
that are unpacked here."""

import lzma
from functools import cache
from itertools import accumulate
from pathlib import Path

import pytest
import tiktoken
from tiktoken_ext import openai_public

RANKS = Path(__file__).parents[2] / "coach" / "prompting" / "ranks"


@cache
def encoding(name="o200k_base"):
    """tiktoken's Encoding of that name, without a download."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(openai_public, "load_tiktoken_bpe", lambda *_, **__: ranks(name))
        return tiktoken.Encoding(**getattr(openai_public, name)())


def ranks(name):
    """One length byte per token, then the tokens: as many as make the two parts meet."""
    data = lzma.decompress((RANKS / f"{name}.xz").read_bytes())
    count = next(n for n, size in enumerate(accumulate(data), 1) if n + size == len(data))
    ends = list(accumulate(data[:count], initial=count))
    return {data[ends[rank] : ends[rank + 1]]: rank for rank in range(count)}


def tokens(text, name="o200k_base"):
    """How many tokens the whole text has."""
    return len(ids(text, name))


def ids(text, name="o200k_base"):
    """Its tokens."""
    return encoding(name).encode(text, disallowed_special=())
