"""`coach user`: what is kept of a person."""

import json

from coach.bot import Bot


def test_a_person_is_shown_with_their_sessions(run, finished):
    """One line each, and as one document."""
    shown = run("user", "show", "ada", "--store", finished).stdout
    assert shown.startswith("user     ada\n")
    assert "one      ada   grow  done   finished" in shown
    assert "grow  1         1         done   100%" in shown
    found = json.loads(run("user", "show", "ada", "--store", finished, "--json").stdout)
    assert found["user"] == "ada"
    assert [line["session_id"] for line in found["sessions"]] == ["one"]
    [far] = found["progress"]
    assert (far["flow"], far["sessions"], far["finished"], far["progress"]) == ("grow", 1, 1, 1.0)


def test_what_is_known_and_reached_is_shown(run, file_url):
    """Part by part, one line a key; control characters are shown, not obeyed."""
    bot = Bot("grow", file_url)
    ada = bot.person("ada", account="acme")
    ada.update(profile={"name": "Ada\x1b[2J"}, preferences={"tone": {"voice": "warm"}})
    ada.update(identity={"roles": ["coachee"]})
    ada.achieve("first goal", detail="a marathon")
    bot.close()
    shown = run("user", "show", "ada", "--account", "acme", "--store", file_url).stdout
    assert "account  acme\nprofile: name: Ada\\x1b[2J\n" in shown
    assert 'preferences: tone: {"voice": "warm"}\nidentity: roles: ["coachee"]\n' in shown
    assert "first goal   -        a marathon" in shown
    found = json.loads(
        run("user", "show", "ada", "--account", "acme", "--store", file_url, "--json").stdout
    )
    assert found["preferences"] == {"tone": {"voice": "warm"}}
    assert [one["name"] for one in found["achievements"]] == ["first goal"]


def test_the_same_id_without_the_account_is_somebody_else(run, file_url):
    """Of whom nothing is known."""
    bot = Bot("grow", file_url)
    bot.person("ada", account="acme").update(profile={"name": "Ada"})
    bot.close()
    assert run("user", "show", "ada", "--store", file_url).stdout == "user     ada\n"
