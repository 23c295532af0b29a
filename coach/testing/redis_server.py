"""A Redis server of one's own for a test: killed, paused, flushed and started again at will."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self, TypeVar

from coach.errors import StoreUnavailable
from coach.stores.redis.address import parse_cache_url
from coach.stores.redis.link import Link
from coach.testing.servers import free_port

HOW = "no Redis server is installed: apt-get install redis-server, or name one in COACH_REDIS_BIN"
PATIENCE = 60.0

Result = TypeVar("Result")


def redis_bin() -> Path | None:
    """The program redis-server: of COACH_REDIS_BIN, or on the PATH."""
    found = shutil.which(os.environ.get("COACH_REDIS_BIN", "redis-server"))
    return None if found is None else Path(found)


class RedisServer:
    """One server in a temporary folder, on a free port of the loopback interface.

    `url` is its address. With `appendonly` what it has answered survives `kill`; without, it is
    empty again after `start`. Use as a context manager, or `start` and `close`. StoreUnavailable
    says how to get a server when none is installed. `settings` are lines of its configuration.
    """

    def __init__(self, *settings: str, appendonly: bool = False) -> None:
        found = redis_bin()
        if found is None:
            raise StoreUnavailable(HOW)
        self._bin = found
        self._folder = Path(tempfile.mkdtemp(prefix="coach-redis-"))
        self._settings = (*settings, f"appendonly {'yes' if appendonly else 'no'}")
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int:
        """The process id of the running server."""
        if self._process is None:
            raise StoreUnavailable("the Redis server is not running: call start()")
        return self._process.pid

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Run, and wait until it answers."""
        place = [f"port {self.port}", "bind 127.0.0.1", f"dir {self._folder}", 'save ""']
        config = self._folder / "redis.conf"
        config.write_text("\n".join([*place, "daemonize no", *self._settings]) + "\n")
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  # our own arguments
                [str(self._bin), str(config)],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._wait()

    def kill(self) -> None:
        """As a crash would end it."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """As an operator would end it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE)
            self._process = None

    def pause(self) -> None:
        """Answer nothing until `go_on`."""
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def flush(self) -> None:
        """Lose everything."""
        self.do(lambda client: client.flushall())

    def do(self, action: Callable[[Any], Result]) -> Result:
        """What comes of `action` on a connection of the library `redis`: to look, or to spoil."""
        link = Link(parse_cache_url(self.url), timeout=PATIENCE)
        try:
            return link.must(action)
        finally:
            link.close()

    def close(self) -> None:
        """End it, and remove its folder."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _wait(self) -> None:
        end = time.monotonic() + PATIENCE
        while not self._answers():
            dead = self._process is None or self._process.poll() is not None
            if dead or time.monotonic() > end:
                said = (self._folder / "log").read_text(errors="replace")[-500:]
                self.close()
                raise StoreUnavailable(f"Redis does not start: {said}")
            time.sleep(0.02)

    def _answers(self) -> bool:
        """Whether it can be asked, by whom ever."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as line:
                line.sendall(b"PING\r\n")
                return line.recv(64).startswith((b"+PONG", b"-NOAUTH"))
        except OSError:
            return False
