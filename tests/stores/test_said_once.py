"""Long text is kept once: in its message."""

import pytest

from coach.session import Session
from coach.stores.check import check
from coach.vocabulary.commands import Correct, Set

LONG = 'I "want" to hand in my thesis by June\n\u2028 because {"said":true} ' * 3


@pytest.mark.parametrize("text", [LONG, "short", '{"said":true}', "\\" * 80 + '"value":"x"'])
def test_a_turn_comes_back_with_what_was_said(talk: Session, text: str):
    """Whatever is in it; commands and rulings are whole."""
    turn = talk.say(text)
    stored = talk.turns()[1]
    assert stored.decision == turn.decision
    assert [command.value for command in stored.commands] == [text.strip()]
    assert check(talk.services.store).faults == ()


def test_the_log_does_not_repeat_a_long_message(talk: Session):
    """Nor a quote that is one."""
    talk.say(LONG, heard=[Set(field="goal", value="hand it in", quote=LONG)])
    with talk.services.store.database.transaction(write=False) as db:
        [(decision, commands)] = db.text(
            "SELECT decision, commands FROM coach_turn WHERE number = 1"
        )
    assert "thesis" not in decision
    assert commands is None
    assert talk.turns()[1].commands[0].quote == LONG


def test_commands_that_were_not_all_ruled_on_are_kept(talk: Session):
    """As they are."""
    heard = [Correct(field="goal", value=LONG), Set(field="measure", value=LONG)]
    talk.say("both", heard=heard)
    assert list(talk.turns()[1].commands) == heard
