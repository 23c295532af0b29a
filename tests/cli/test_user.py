"""`coach user`: what is kept of a person."""

import json


def test_a_person_is_shown_with_their_sessions(run, finished):
    """One line each, and as one document."""
    shown = run("user", "show", "ada", "--store", finished).stdout
    assert shown.startswith("user     ada\n")
    assert "one      ada   grow  done   finished" in shown
    found = json.loads(run("user", "show", "ada", "--store", finished, "--json").stdout)
    assert found["user"] == "ada"
    assert [line["session_id"] for line in found["sessions"]] == ["one"]
