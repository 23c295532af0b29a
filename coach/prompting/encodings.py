"""The encodings that are shipped: names, patterns and special tokens, and their ranks.

Everything here is a constant that a test holds equal to the installed tiktoken. The ranks
come with the package because tiktoken would download them at first use, without a timeout.
"""

import hashlib
import lzma
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path

RANKS = Path(__file__).parent / "ranks"

CL100K_PATTERN = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
    r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)
O200K_PATTERN = "|".join(
    [
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"\p{N}{1,3}",
        r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    ]
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Encoding:
    """One encoding. `ranks` is its packed file, `tokens` how many ranks it holds.

    `packed` is the sha256 of the unpacked bytes, `published` that of the file as published.
    """

    name: str
    ranks: str
    tokens: int
    packed: str
    published: str
    pattern: str
    special: dict[str, int]


CL100K = Encoding(
    name="cl100k_base",
    ranks="cl100k_base.xz",
    tokens=100_256,
    packed="18288f996f452d44e0e65996176591a4b712a3eb1b42afd6f0511e735c099480",
    published="223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    pattern=CL100K_PATTERN,
    special={
        "<|endoftext|>": 100257,
        "<|fim_prefix|>": 100258,
        "<|fim_middle|>": 100259,
        "<|fim_suffix|>": 100260,
        "<|endofprompt|>": 100276,
    },
)
O200K = Encoding(
    name="o200k_base",
    ranks="o200k_base.xz",
    tokens=199_998,
    packed="440741350e7cfa1c0f4869ce742d1b043550adbda5187adcac9e787edac6fba9",
    published="446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    pattern=O200K_PATTERN,
    special={"<|endoftext|>": 199999, "<|endofprompt|>": 200018},
)
HARMONY = Encoding(
    name="o200k_harmony",
    ranks=O200K.ranks,
    tokens=O200K.tokens,
    packed=O200K.packed,
    published=O200K.published,
    pattern=O200K_PATTERN,
    special={
        **{f"<|reserved_{number}|>": number for number in (200000, 200001, 200004)},
        **{f"<|reserved_{number}|>": number for number in (200009, 200010, 200011)},
        **{f"<|reserved_{number}|>": number for number in range(200013, 201088)},
        "<|startoftext|>": 199998,
        "<|endoftext|>": 199999,
        "<|endofprompt|>": 200018,
        "<|return|>": 200002,
        "<|constrain|>": 200003,
        "<|channel|>": 200005,
        "<|start|>": 200006,
        "<|end|>": 200007,
        "<|message|>": 200008,
        "<|call|>": 200012,
    },
)
ENCODINGS = {encoding.name: encoding for encoding in (O200K, CL100K, HARMONY)}


def load_ranks(encoding: Encoding, folder: Path = RANKS) -> dict[bytes, int]:
    """The ranks by token bytes (about 50 ms). OSError, LZMAError or ValueError when damaged."""
    packed = lzma.decompress((folder / encoding.ranks).read_bytes())
    if hashlib.sha256(packed).hexdigest() != encoding.packed:
        raise ValueError(f"{encoding.ranks} does not hold the ranks of {encoding.name}")
    ends = accumulate(packed[: encoding.tokens], initial=encoding.tokens)
    return {packed[start:end]: rank for rank, (start, end) in enumerate(pairwise(ends))}
