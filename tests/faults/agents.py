"""One of several interpreters whose agents write to one shared session at once.

    python tests/faults/agents.py URL NAME WRITES

Says 'ready', waits for a line, then two threads write; prints how many of the sessions
'old0' … 'old9', which have expired meanwhile, it was told of.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from coach.manager import ContextManager
from coach.services import local_now


def main(url: str, name: str, writes: int) -> None:
    manager = ContextManager(url)
    print("ready", flush=True)
    sys.stdin.readline()

    def write(thread: int) -> None:
        for n in range(writes):
            manager.set_context("s", f"{name}-{thread}-{n}", n)
            manager.update_partial_context("s", {"all": {name: {f"{thread}-{n}": n}}})

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, range(2)))
    print(expire(url), flush=True)
    manager.close()


def expire(url: str) -> int:
    told: list[str] = []
    expiring = {"time_based_expiration": True, "garbage_collection": False}
    with ContextManager(url, clock=lambda: local_now() - timedelta(days=2), **expiring) as late:
        late.on("expired", lambda event: told.append(event.session_id))
        late.collect_expired()
    return len(told)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
