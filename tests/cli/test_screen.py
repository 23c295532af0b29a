"""Chat at a terminal, through a real pseudo-terminal."""

import json
import re

import pytest

from coach.bot import Bot
from coach.cli.conversation import Conversation
from coach.cli.screen import ABANDONED, KEPT, Screen, is_leaving, take
from coach.flows.flow import Flow


def test_a_talk_is_shown_with_its_progress(terminal, store):
    """Where it stands is shown small above the words; /why and Ctrl-D work."""
    with terminal("chat", "grow", "--store", store) as t:
        t.wait("goal ● · reality ○ · options ○ · will ○\ncoach> Hello")
        t.enter("run more often", "skip", "7")
        t.wait("goal ✓ · reality ● · options ○ · will ○\ncoach> ")
        t.enter("/why")
        t.wait("moved goal -> reality: the goal is clear")
        t.wait("you> ")
        t.press("\x04")
        assert t.end() == 0
    assert t.screen.endswith(f"To come back:)\n  coach chat grow --store {store}\n")


def test_a_resumed_talk_knows_what_was_said(run, terminal):
    """It says where it stands, and the arrow keys bring back earlier words."""
    run("chat", input="run more often\nskip\n7\n")
    with terminal("chat") as t:
        t.wait("(Resuming your session ")
        t.wait("at stage reality.)")
        t.wait("you> ")
        t.press("\x1b[A\x1b[A\x1b[A")
        t.wait("run more often")


def test_a_finished_talk_ends_the_command(run, terminal, store, way):
    """It says that the session is complete and how to read it; exit code 0."""
    run("chat", "--store", store, "--session", "one", input="\n".join(way[:-1]))
    with terminal("chat", "--store", store, "--session", "one") as t:
        t.enter(way[-1])
        t.wait("(This session is complete. To read it again:)")
        t.wait(f"coach session show one --store {store}")
        assert t.end() == 0


def test_a_new_talk_is_linked_to_the_finished_one(terminal, finished):
    """It says so before the first question."""
    with terminal("chat", "--store", finished) as t:
        t.wait("(Your session one is complete: this is a new one, linked to it.)")
        t.wait("What would you like to achieve?")


def test_ctrl_c_clears_the_line_and_twice_leaves(terminal):
    """The first one says how to leave; the second one in a row leaves politely."""
    with terminal("chat") as t:
        t.wait("you> ")
        t.press("half a line\x03")
        t.wait("(Ctrl-C once more, Ctrl-D or /quit leaves")
        t.wait("you> ")
        t.press("\x03")
        t.wait("(Your session is kept. To come back:)\n  coach chat grow\n")
        assert t.end() == 0


def test_what_went_wrong_is_said_and_the_talk_goes_on(terminal):
    """An unknown command names what exists."""
    with terminal("chat") as t:
        t.enter("/whi")
        t.wait("coach: no command '/whi'. Did you mean '/why'? There are: /why, /prompt")
        t.enter("/quit")
        assert t.end() == 0


@pytest.mark.parametrize(("env", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colours_obey_no_color(terminal, env, coloured):
    """The coach's mark is coloured, and never with NO_COLOR."""
    with terminal("chat", env=env) as t:
        t.wait("you>")
        colours = re.findall(rb"\x1b\[[0-9;]*3[0-9]m", t.raw)
        assert bool(colours) == coloured


def test_a_talk_in_memory_is_not_promised_to_be_kept(terminal):
    """Leaving says that it ends here."""
    with terminal("chat", "--store", "sqlite://") as t:
        t.enter("/quit")
        t.wait("(This session was kept in memory only, and ends here.)")


def test_keyed_lines_come_from_a_pipe(terminal):
    """--keyed at a terminal is a usage error."""
    with terminal("chat", "--keyed") as t:
        t.wait("it reads KEY<TAB>TEXT lines from a pipe")
        assert t.end() == 2


def test_ctrl_c_during_a_turn_abandons_it(capsys):
    """The session stays as it was, and says so."""

    def interrupted(situation, text):
        raise KeyboardInterrupt

    interrupted.instant = True
    talk = Bot("grow", hear=interrupted).session()
    take(Conversation(talk, Screen()), "run more often")
    assert ABANDONED in capsys.readouterr().out
    assert (talk.context.revision, talk.pending) == (0, [])


def test_ctrl_c_behind_a_turn_does_not_deny_it(capsys):
    """A turn that was kept a moment before is not called abandoned."""

    class Late(Screen):
        def coach(self, text, talk):
            raise KeyboardInterrupt

    talk = Bot("grow").session()
    take(Conversation(talk, Late()), "run more often")
    assert KEPT in capsys.readouterr().out
    assert talk.context.revision == 1


@pytest.mark.parametrize("word", ["quit", "Exit", "q", " bye"])
def test_a_bare_word_of_leaving_keeps_the_session(terminal, word, run):
    """As /quit does, and it says how to come back."""
    with terminal("chat") as t:
        t.wait("(/help lists what else there is; quit leaves, and keeps the session.)")
        t.enter(word)
        t.wait("(Your session is kept. To come back:)\n  coach chat grow\n")
        assert t.end() == 0
    (only,) = json.loads(run("session", "list", "--json").stdout)
    assert (only["status"], only["revision"]) == ("active", 0)


def test_a_word_that_the_flow_waits_for_is_no_leaving():
    """A trigger or a choice of that name goes to the flow."""
    flow = Flow.model_validate(
        {
            "flow": "games",
            "start": "a",
            "stages": {
                "a": {"collect": {"x": {"type": "choice", "ask": "?", "choices": ["q", "w"]}}},
                "b": {"final": True},
            },
            "anywhere": [{"trigger": "exit", "to": "b"}],
        }
    )
    talk = Bot(flow).session()
    words = ("q", "exit", "quit", "bye", "w")
    assert [is_leaving(talk, word) for word in words] == [False, False, True, True, False]


def test_long_lines_of_a_command_break_between_words(capsys, monkeypatch):
    """And stay below their own indentation."""
    monkeypatch.setenv("COLUMNS", "30")
    Screen().show("  blocked by a rule that has a rather long condition\nshort")
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["  blocked by a rule that has a", "  rather long condition", "short"]


def test_a_new_talk_may_begin_beside_an_unfinished_one(terminal, run, store):
    """--new says that the other one is kept."""
    run("chat", "--store", store, "--session", "one", input="run more often\n")
    with terminal("chat", "--store", store, "--new") as t:
        t.wait("(Your session one is kept as it is: this is a new one, linked to it.)")
        t.wait("What would you like to achieve?")
        t.enter("quit")
        t.wait(f"coach chat grow --store {store}")


def test_a_page_that_cannot_fit_is_said_at_once(terminal):
    """Not at the first /prompt."""
    with terminal("chat", "--budget", "50") as t:
        t.wait("coach: the sections that must be there need ")
        assert t.end() == 1
