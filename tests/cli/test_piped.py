"""Chat through a pipe: every line is a message, and a transcript comes out."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from coach.stores.sql import SqlStore


def test_a_session_goes_from_hello_to_the_end(run, store, way):
    """Each line and its reply are in the transcript, and the end is told."""
    result = run("chat", "grow", "--store", store, input="\n".join(way))
    assert result.exit_code == 0
    assert "you> submit my thesis by 1 June\ncoach> So this is what you want" in result.stdout
    assert result.stdout.startswith("coach> Hello")
    assert result.stdout.endswith("(The session is complete.)\n")
    assert result.stderr == ""


def test_replies_of_several_lines_are_indented(run):
    """No line inside a text can be taken for the begin of another."""
    lines = run("chat", input="run more often\n").stdout.splitlines()
    assert all(line[:5] in ("coach", "you> ", "     ", "") for line in lines)


def test_blank_lines_are_skipped(run, said):
    """An empty line and one of white space are no messages."""
    result = run("chat", input="\n  \nrun more often\n\n")
    assert result.exit_code == 0
    assert len(said(result)) == 2


def test_lines_behind_the_end_are_not_read(run, store, way):
    """A finished session takes no more lines; a note on stderr says so."""
    result = run("chat", "--store", store, input="\n".join([*way, "thanks", "bye"]))
    assert result.exit_code == 0
    assert "you> thanks" not in result.stdout
    assert result.stderr.count("the lines that are left were not read") == 1


def test_a_later_process_resumes(process):
    """The next run says where the session stands and goes on from there."""
    process("chat", "grow", input="run more often\nskip\n7\n")
    result = process("chat", "grow", input="3\n")
    assert result.returncode == 0
    assert result.stdout.startswith("(Resuming your session ")
    assert " at stage reality.)\ncoach> " in result.stdout
    assert "you> 3\ncoach> 3 out of 10" in result.stdout


def test_after_a_finished_session_a_linked_one_begins(run, finished):
    """It says which session it follows."""
    result = run("chat", "--store", finished)
    assert result.stdout.startswith("(Your session one is complete: this is a new one")
    assert result.exit_code == 0


def test_a_finished_session_stays_finished(run, finished):
    """Named again it says that it is complete, and takes nothing."""
    result = run("chat", "--store", finished, "--session", "one", input="hello there\n")
    assert result.stdout == "(Session one is complete.)\n"
    assert "not read" in result.stderr
    assert result.exit_code == 0


def test_sessions_are_kept_in_the_data_folder(run, at_home):
    """Without --store there is one file, in a folder that nobody else can read."""
    run("chat", input="run more often\n")
    folder = at_home / "data" / "coachflow"
    assert (folder / "coach.db").is_file()
    assert folder.stat().st_mode & 0o077 == 0


def test_an_error_does_not_end_the_talk(run, said, monkeypatch):
    """It is one line on stderr, the next line is taken, and the exit code is 1."""
    monkeypatch.setenv("COACH_MAX_MESSAGE_CHARS", "20")
    result = run("chat", input=f"{'run ' * 6}\nrun more often\n")
    assert result.stderr == "coach: the message has 24 characters; the limit is 20\n"
    assert len(said(result)) == 2
    assert result.exit_code == 1


def test_commands_work_in_a_pipe(run):
    """/why, /undo and /prompt do what they do at a terminal."""
    result = run("chat", input="run more often\n/why\n/undo\n/prompt\n")
    assert "you> /why\n  did set field='goal'" in result.stdout
    assert "coach> I have taken that back." in result.stdout
    assert "tokens used" in result.stdout
    assert result.exit_code == 0


def test_quit_ends_the_reading(run):
    """What follows /quit is not said."""
    result = run("chat", input="/quit\nrun more often\n")
    assert "run more often" not in result.stdout
    assert result.exit_code == 0


def test_windows_files_are_read(run):
    """A byte order mark and CRLF are no part of a message."""
    result = run("chat", input=b"\xef\xbb\xbf/why\r\nrun more often\r\n")
    assert "you> /why\n" in result.stdout
    assert "you> run more often\n" in result.stdout


def test_bytes_that_are_no_text_do_not_stop_it(run):
    """They become U+FFFD."""
    result = run("chat", input=b"caf\xe9 opens\n")
    assert "you> caf\ufffd opens" in result.stdout
    assert result.exit_code == 0


def test_a_message_cannot_drive_the_terminal(run):
    """Control characters are shown, in what was said and in what is replied (nasty input T14)."""
    result = run("chat", input="\x1b[2J\x1b]0;owned\x07\x1b[31mred \x9b31m\n/why\n")
    assert "you> \\x1b[2J\\x1b]0;owned\\x07\\x1b[31mred \\x9b31m" in result.stdout
    assert not set(result.stdout) & {"\x1b", "\x07", "\x9b", "\x00"}


def test_what_was_left_unanswered_is_answered_first(run, store):
    """A message that a killed run had kept gets its reply at the start of the next."""
    run("chat", "--store", store, "--session", "one")
    shelf = SqlStore(store)
    shelf.release(shelf.claim("one", "k1", "run more often", datetime.now(UTC), hold=False))
    shelf.close()
    result = run("chat", "--store", store, "--session", "one")
    assert "(Answering what was left unanswered.)\nyou> run more often\ncoach> " in result.stdout
    assert run("store", "check", "--store", store).exit_code == 0


@pytest.mark.parametrize("closed", [True, False])
def test_no_input_is_no_error(process, closed):
    """An empty pipe, or no stdin at all, is greeted and left."""
    options = {"preexec_fn": lambda: __import__("os").close(0)} if closed else {}
    result = process("chat", **options)
    assert result.stdout.startswith("coach> Hello")
    assert (result.returncode, result.stderr) == (0, "")


def test_a_memory_store_leaves_no_file(run, at_home: Path):
    """sqlite:// keeps the talk for as long as it lasts."""
    run("chat", "--store", "sqlite://", input="run more often\n")
    assert list(at_home.iterdir()) == []


def test_a_document_is_rejected_put_right_and_signed_off(run):
    """The draft is read out, a no asks for what is wrong, and the end is an explicit yes."""
    said = ["a club app", "people forget when we meet", "readers", "2", "remind, vote", "1"]
    said += ["web", "skip", "skip", "no", "where it runs", "mobile", "yes", "yes"]
    out = run("chat", "requirements", input="\n".join(said)).stdout
    assert out.index("Where it runs: web") < out.index("What should change?")
    assert "This is the requirements document now, version 2:" in out
    assert out.index("you> yes\ncoach> Good.") < out.index("version 2, is signed off:")
    assert out.endswith("(The session is complete.)\n")


# -- --keyed ---------------------------------------------------------------------------------


def keyed(lines: list[str]) -> str:
    return "".join(f"k{number}\t{line}\n" for number, line in enumerate(lines))


def test_sending_a_file_again_adds_nothing(run, store, said):
    """The same keys get the same replies, and the store holds every turn once."""
    lines = keyed(["run more often", "skip", "7", "3"])
    first = run("chat", "--keyed", "--store", store, input=lines)
    again = run("chat", "--keyed", "--store", store, input=lines)
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert said(again)[1:] == said(first)[1:]
    assert "(1 sessions, 5 turns, 9 messages)" in run("store", "check", "--store", store).stdout


def test_a_finished_file_returns_to_its_session(run, store, way, said):
    """Sent again it opens no new session, and lines behind the end are answered too."""
    lines = keyed([*way, "thanks"])
    first = run("chat", "--keyed", "--store", store, input=lines)
    run("chat", "--store", store)
    again = run("chat", "--keyed", "--store", store, input=lines)
    assert said(again) == said(first)[1:]
    assert "(2 sessions, " in run("store", "check", "--store", store).stdout


@pytest.mark.parametrize("line", ["no tab here", "\tno key"])
def test_a_line_without_a_key_is_a_usage_error(run, line):
    """It is named by its number; exit code 2."""
    result = run("chat", "--keyed", input=f"k1\trun more often\n\n{line}\n")
    assert result.exit_code == 2
    assert "line 3: write KEY<TAB>TEXT" in result.stderr


def test_a_key_with_another_text_is_an_error(run, said):
    """It is shown, the next line is taken, and the exit code is 1."""
    result = run("chat", "--keyed", input="k1\trun more often\nk1\tswim\nk2\tskip\n")
    assert result.stderr == "coach: key 'k1' was sent before with another text\n"
    assert len(said(result)) == 3
    assert result.exit_code == 1


def test_a_keyed_line_is_never_a_command(run):
    """What stands behind the key is said as it is."""
    result = run("chat", "--keyed", input="k1\t/quit\nk2\tskip it\n")
    assert "you> /quit\ncoach> " in result.stdout
    assert "you> skip it" in result.stdout


def test_a_new_session_begins_when_it_is_asked_for(run, store, said):
    """Also beside an unfinished one; it is the newest then, and is resumed."""
    run("chat", "--store", store, "--session", "one", input="run more often\n")
    result = run("chat", "--store", store, "--new", input="sing every day\n")
    assert "(Your session one is kept as it is: this is a new one, linked" in result.stdout
    again = run("chat", "--store", store)
    assert "(Resuming your session " in again.stdout
    assert "(Resuming your session one" not in again.stdout
    taken = run("chat", "--store", store, "--new", "--session", "one")
    assert "session 'one' is there already" in taken.stderr
    assert taken.exit_code == 1


def test_known_keys_go_to_their_session_even_with_new(run, store):
    """The same file sent again adds nothing."""
    for _ in range(2):
        run("chat", "--store", store, "--keyed", "--new", input="k1\trun more often\n")
    with_all = SqlStore(store)
    assert len(with_all.sessions()) == 1
    with_all.close()


TRIP = """\
flow: trip
version: {}
start: a
stages:
  a: {{collect: {{where: {{type: text, ask: {}}}}}}}
"""


@pytest.mark.parametrize(("version", "says"), [(2, "trip@2.)"), (1, "trip@1 as it is now.)")])
def test_a_session_on_an_older_definition_says_so(run, at_home, version, says):
    """In one line, with the way to the new one."""
    (at_home / "trip.yaml").write_text(TRIP.format(1, "Where?"))
    run("chat", "trip.yaml")
    assert "began on" not in run("chat", "trip.yaml").stdout
    (at_home / "trip.yaml").write_text(TRIP.format(version, "Where to?"))
    assert (
        "(This session began on trip@1 and goes on as it began; the flow has changed since. "
        f"--new begins on {says}"
    ) in run("chat", "trip.yaml").stdout
    fresh = run("chat", "trip.yaml", "--new").stdout
    assert "Where to?" in fresh
    assert "began on" not in fresh


@pytest.mark.parametrize("by", ["option", "environment"])
def test_a_page_that_cannot_fit_is_said_at_the_start(run, store, monkeypatch, by):
    """With the sections that are too large; no session is begun."""
    if by == "environment":
        monkeypatch.setenv("COACH_BUDGET", "50")
    option = ("--budget", "50") if by == "option" else ()
    result = run("chat", "--store", store, *option, input="run more often\n")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "the budget is 50" in result.stderr
    assert run("session", "list", "--store", store).stdout.startswith("no sessions yet")
