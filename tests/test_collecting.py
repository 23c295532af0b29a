"""The collector: again and again, until it is closed."""

import logging
import threading

import pytest

from coach.collecting import Collector


def test_it_goes_on_until_it_is_closed():
    """And its thread is gone then."""
    thrice, count = threading.Event(), []

    def collect() -> None:
        count.append(1)
        if len(count) == 3:
            thrice.set()

    collector = Collector(collect, 0.001)
    assert thrice.wait(10)
    collector.close()
    assert "coach-collector" not in [thread.name for thread in threading.enumerate()]


def test_a_failure_is_one_line_in_the_log_and_no_end(caplog: pytest.LogCaptureFixture):
    """The store may be back the next time."""
    again, count = threading.Event(), []

    def collect() -> None:
        count.append(1)
        if len(count) > 1:
            again.set()
        raise OSError("gone\naway")

    with caplog.at_level(logging.WARNING, "coach"):
        collector = Collector(collect, 0.001)
        assert again.wait(10)
        collector.close()
    assert caplog.messages[0] == "expired sessions stay for now: gone away"


def test_it_may_be_closed_by_what_it_does():
    """Without waiting for itself."""
    ended = threading.Event()

    def collect() -> None:
        collector.close()
        ended.set()

    collector = Collector(collect, 0.05)
    assert ended.wait(10)
