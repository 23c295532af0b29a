"""Seals: whether something that comes back from a cache is what this store has put there."""

import hashlib
import hmac
from dataclasses import dataclass, field

SIZE = hashlib.sha256().digest_size


@dataclass(frozen=True, slots=True)
class Seal:
    """HMAC-SHA256 under a key that is kept in the database, and so out of the cache's reach."""

    key: bytes = field(repr=False)

    def of(self, *parts: bytes) -> bytes:
        """32 bytes over all parts; where one ends and the next begins matters too."""
        digest = hmac.new(self.key, digestmod=hashlib.sha256)
        for part in parts:
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
        return digest.digest()

    def holds(self, mark: bytes, *parts: bytes) -> bool:
        return hmac.compare_digest(mark, self.of(*parts))
