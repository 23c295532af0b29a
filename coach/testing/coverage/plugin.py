"""The pytest plugin of flow coverage: `pytest --flow-cov=grow --flow-cov-fail-under=90`.

Counts every flow that tests rehearse, under xdist too: workers send their counts. Nothing heavy
is imported unless it is asked for.
"""

from collections.abc import Generator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from coach.testing.coverage.report import Report
    from coach.testing.stories.results import StoryResult

NAME = "coach_flow_coverage"
SENT = "coach_flow_coverage"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("coach", "coach: stories and flow coverage")
    group.addoption(
        "--flow-cov",
        action="append",
        nargs="?",
        const="",
        metavar="FLOW",
        help="measure what of a flow the tests go through; without a name, of every flow",
    )
    group.addoption(
        "--flow-cov-fail-under",
        type=float,
        metavar="N",
        help="fail when less than N percent of a flow is covered",
    )
    group.addoption(
        "--flow-cov-report",
        action="append",
        type=_report,
        metavar="TYPE",
        help="term, term:all, json:PATH or html:PATH; may be given several times (default: term)",
    )


def _report(text: str) -> tuple[str, str]:
    kind, _, path = text.partition(":")
    takes_path = kind in ("json", "html")
    if kind not in ("term", "json", "html") or takes_path != (bool(path) and path != "all"):
        raise ValueError(text)  # argparse tells it as an invalid value
    return kind, path


_report.__name__ = "report: write term, term:all, json:PATH or html:PATH;"


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    wanted = config.getoption("flow_cov")
    if wanted is None and not config.getoption("flow_cov_report"):
        if config.getoption("flow_cov_fail_under") is None:
            return
        wanted = [""]
    if not config.pluginmanager.has_plugin(NAME):
        plugin = Plugin(config, wanted or [""])
        plugin.check_names()
        config.pluginmanager.register(plugin, NAME)


class Plugin:
    """One run: a collector that watches every test, and what is told at the end."""

    def __init__(self, config: pytest.Config, wanted: list[str]) -> None:
        from coach.testing.coverage.collecting import Collector

        self.config = config
        self.folders: dict[Path, None] = {}
        names = [name for name in wanted if name] if all(wanted) else []
        self.collector: Collector = Collector(names, self._excused)
        self.reports: list[Report] = []
        self._written: list[str] = []
        self._failed = False
        self._ran = False
        self._token: Any = None

    def check_names(self) -> None:
        """pytest.UsageError for a name that is no flow, perhaps a path that pytest was to have."""
        from coach.errors import FlowError, FlowFileError

        for name in self.collector.names:
            try:
                self.collector.find(name)
            except FlowError as error:
                hint = " (write --flow-cov=FLOW, or put the option behind the paths)"
                is_flow = isinstance(error, FlowFileError) and name.isidentifier()
                raise pytest.UsageError(f"--flow-cov: {error}{'' if is_flow else hint}") from None

    @property
    def _is_worker(self) -> bool:
        return hasattr(self.config, "workerinput")

    def _excused(self, flow: str) -> Mapping[str, str]:
        """What is exempt of a flow; what is wrong with the file is told at the end."""
        from coach.errors import FlowFileError
        from coach.testing.exempt import load_exempt

        try:
            return load_exempt(self.folders, flow)[0].unreachable
        except FlowFileError:
            return {}

    # -- tests -----------------------------------------------------------------------------

    def pytest_sessionstart(self) -> None:
        from coach.testing.watching import WATCHER

        self._token = WATCHER.set(self.collector)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.folders |= {item.path.parent: None for item in session.items}

    @pytest.hookimpl(optionalhook=True)
    def pytest_coach_played(self, result: "StoryResult") -> None:
        """A story, or a conversation of the fixture `coach`."""
        self.collector.played(result)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self) -> Generator[None, object, object]:
        self._failed, self._ran = False, False
        self.collector.begin()
        done = yield
        self.collector.end(passed=self._ran and not self._failed)
        return done

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._failed = self._failed or report.failed
        self._ran = self._ran or (report.when == "call" and report.passed)

    # -- the end ---------------------------------------------------------------------------

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """What a worker of xdist has counted."""
        sent = getattr(node, "workeroutput", {}).get(SENT, {"flows": [], "folders": []})
        self.folders |= {Path(folder): None for folder in sent["folders"]}
        self.collector.merge_data(sent["flows"])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        done = yield
        if self._is_worker:
            folders = [str(folder) for folder in self.folders]
            sent = {"flows": self.collector.to_data(), "folders": folders}
            self.config.workeroutput[SENT] = sent  # type: ignore[attr-defined]
        elif not self.config.option.collectonly:
            self._finish(session)
        return done

    def _finish(self, session: pytest.Session) -> None:
        from coach.testing.coverage.report import Report

        self.collector.expect()
        coverages = sorted(self.collector.flows.values(), key=lambda c: c.universe.flow.id)
        self.reports = [Report(coverage) for coverage in coverages]
        self._check_exempt()
        for kind, path in self._wanted():
            if kind != "term":
                self._write(kind, path)
        session.testsfailed += bool(self._below())

    def _check_exempt(self) -> None:
        """pytest.UsageError for a file of exempt items that is wrong, or names what is none."""
        from coach.errors import FlowFileError
        from coach.testing.exempt import check_known, load_exempt

        try:
            for report in self.reports:
                exempt, document = load_exempt(self.folders, report.flow.name)
                items = report.coverage.universe.items
                check_known(document, "unreachable", exempt.unreachable, items)
        except FlowFileError as error:
            raise pytest.UsageError(f"--flow-cov: {error}") from None

    def _write(self, kind: str, path: str) -> None:
        from coach.testing.coverage.files import write_html, write_json

        try:
            {"json": write_json, "html": write_html}[kind](Path(path), self.reports)
        except OSError as error:
            words = f"{path!r} cannot be written: {error.strerror}"
            raise pytest.UsageError(f"--flow-cov-report: {words}") from None
        self._written.append(path)

    def _wanted(self) -> list[tuple[str, str]]:
        return self.config.getoption("flow_cov_report") or [("term", "")]

    def _below(self) -> list[str]:
        """What is to be said of the flows that are covered too little."""
        least = self.config.getoption("flow_cov_fail_under")
        if least is None:
            return []
        if not self.reports:
            return ["flow coverage: no test has rehearsed a flow"]
        return [
            f"flow coverage of {report.flow.id} is {report.percent:g}%, less than {least:g}%"
            for report in self.reports
            if report.percent < least
        ]

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        from coach.testing.coverage import terminal

        write = terminalreporter.write_line
        for kind, path in self._wanted():
            if kind != "term":
                if path in self._written:
                    write(f"Flow coverage was written to {path}")
                continue
            for report in self.reports:
                terminalreporter.write_sep("-", "flow coverage")
                most = len(report.missed) if path == "all" else terminal.MOST
                write(terminal.text(report, most))
        for line in self._below():
            write(f"FAIL {line}", red=True)

    def pytest_unconfigure(self) -> None:
        from coach.testing.watching import WATCHER

        if self._token is not None:
            WATCHER.reset(self._token)
            self._token = None
