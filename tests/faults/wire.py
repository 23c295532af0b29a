"""A wire between psycopg and its server that can be cut, at any of its messages."""

import contextlib
import socket
import threading
from typing import Any
from urllib.parse import urlsplit

from coach.testing.servers import PostgresServer


class Wire:
    """Listens on a port of its own, and hands on what it is told, both ways.

    `cut_at = (way, n)` breaks every connection at the n-th packet of that way: 'asked' before it
    reaches the server, 'answered' before it reaches us. It is cut once, and whole again then.
    """

    def __init__(self, server: PostgresServer) -> None:
        self._server = ("127.0.0.1", server.port)
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self.passed = {"asked": 0, "answered": 0}
        self.cut_at: tuple[str, int] | None = None
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self._path = urlsplit(server.url).path
        self._thread = threading.Thread(target=self._answer, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://coach@127.0.0.1:{self.port}{self._path}"

    def arm(self, way: str, nth: int) -> None:
        """Cut at the n-th packet from now."""
        with self._lock:
            self.passed = {"asked": 0, "answered": 0}
            self.cut_at = (way, nth)

    def disarm(self) -> bool:
        """Whether it was still whole."""
        with self._lock:
            whole, self.cut_at = self.cut_at is not None, None
        return whole

    def close(self) -> None:
        self._door.close()
        self._break()

    def _answer(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                ours = self._door.accept()[0]
                theirs = socket.create_connection(self._server)
                for end in (ours, theirs):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._open += [ours, theirs]
                for way, one, other in (("asked", ours, theirs), ("answered", theirs, ours)):
                    pump = threading.Thread(target=self._pump, args=(way, one, other), daemon=True)
                    pump.start()

    def _pump(self, way: str, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65_536):
                if self._is_cut(way):
                    self._break()
                    return
                other.sendall(data)
        for end in (one, other):
            _shut(end)

    def _is_cut(self, way: str) -> bool:
        with self._lock:
            self.passed[way] += 1
            now = self.cut_at == (way, self.passed[way])
            if now:
                self.cut_at = None
        return now

    def _break(self) -> None:
        with self._lock:
            ends, self._open = self._open, []
        for end in ends:
            _shut(end)


def _shut(end: Any) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
