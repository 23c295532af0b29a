"""One of several interpreters that speak in one session at once.

    python tests/faults/crowd.py URL NAME TURNS

Says 'ready', waits for a line, then takes its turns; prints the revision of each.
"""

import sys

from coach.bot import Bot
from coach.testing import FakeClock


def main(url: str, name: str, turns: int) -> None:
    talk = Bot("grow", url, clock=FakeClock()).session("ada", id="s")
    print("ready", flush=True)
    sys.stdin.readline()
    for n in range(turns):
        print(talk.say(f"goal {n} of {name}", key=f"{name}-{n}").revision, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
