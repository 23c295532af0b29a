"""The command as a whole: help, version, errors of use, and leaving quietly."""

import json
import os
import subprocess
import sys

import pytest

import coach

HEAVY = ("sqlmodel", "sqlalchemy", "pydantic", "tiktoken", "jinja2", "prompt_toolkit", "rich")


def test_help_names_every_command(run):
    """And exits with 0."""
    result = run("--help")
    assert result.exit_code == 0
    assert all(
        word in result.stdout for word in ("chat", "session", "flow", "prompt", "store", "user")
    )


def test_help_loads_nothing_heavy(process):
    """What makes it quick: no database, no templates, no tokens."""
    code = "import sys, coach.cli.app; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert not set(found.stdout.split()) & set(HEAVY)
    assert found.returncode == 0


@pytest.mark.parametrize("module", ["coach", "coach.cli"])
def test_the_command_is_a_module_too(module):
    """python -m coach, and python -m coach.cli."""
    command = [sys.executable, "-m", module, "--version"]
    found = subprocess.run(command, capture_output=True, text=True)
    assert (found.returncode, found.stdout) == (0, f"coachflow {coach.__version__}\n")


@pytest.mark.parametrize(
    "args", [("chta",), ("chat", "--nope"), ("session", "show"), ("chat", "--budget", "many")]
)
def test_errors_of_use_are_2(run, args):
    """With a word on how it is used, and no traceback."""
    result = run(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Usage: " in result.stderr


def test_a_reader_that_leaves_is_no_error(at_home, run):
    """`coach … | head -1` ends without a word."""
    run("chat", "--session", "one", input="run more often\n" * 30)
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "coach", "session", "show", "one"]
    found = subprocess.run(command, stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    assert (found.returncode, found.stderr) == (1, b"")


def test_ctrl_c_in_a_pipe_is_130(at_home):
    """Without a traceback; what was said before is kept."""
    command = [sys.executable, "-m", "coach", "chat"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, **pipes) as running:
        running.stdin.write(b"run more often\n")
        running.stdin.flush()
        while not running.stdout.readline().startswith(b"coach> So this"):
            pass
        running.send_signal(2)
        assert running.wait(30) == 130
        assert b"Traceback" not in running.stderr.read()


def test_a_setting_that_cannot_be_used_is_named(run, monkeypatch):
    """By the name of its variable."""
    monkeypatch.setenv("COACH_BUDGET", "many")
    result = run("flow", "list")
    assert result.stderr.startswith("coach: COACH_BUDGET='many' cannot be used: ")
    assert result.exit_code == 1


def test_output_is_utf8_wherever_it_goes(process, monkeypatch):
    """Also where the locale knows no such letters."""
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    result = process("chat", "--session", "one", input="żółć i 🙂\n")
    assert "you> żółć i 🙂\n" in result.stdout
    shown = json.loads(process("session", "show", "one", "--json").stdout)
    assert shown["messages"][1]["content"] == "żółć i 🙂"


def test_someone_without_a_name_is_somebody(run, monkeypatch):
    """$USER, else whoever runs the process, else 'user'."""
    for name in ("USER", "LOGNAME", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.getuid", lambda: 54321)
    run("chat")
    (only,) = json.loads(run("session", "list", "--json").stdout)
    assert only["user_id"] == "user"


def test_the_page_of_a_chat_has_the_budget_that_is_asked_for(run):
    """--budget is what /prompt is packed to."""
    assert "of 700 tokens used" in run("chat", "--budget", "700", input="/prompt\n").stdout


@pytest.mark.parametrize("group", ["", "session", "flow", "prompt", "store", "user"])
def test_no_summary_is_cut(run, monkeypatch, group):
    """Each fits its line of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    shown = run(*[group][: len(group)], "--help").stdout
    assert "..." not in shown.partition("Commands:")[2]
