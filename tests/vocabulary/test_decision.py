"""Decisions: what is refused and what is blocked can be read off them."""

from coach.vocabulary.commands import Set, Undo
from coach.vocabulary.decision import Candidate, Check, Decision, Move, MoveKind, Outcome, Ruling
from coach.vocabulary.words import Verdict


def candidate(outcome: Outcome) -> Candidate:
    check = Check(text="has(goal)", verdict=Verdict.TRUE, inputs={"goal": "run"})
    return Candidate(
        stage="a", owner="a", rule=1, to="b", trigger=None, because=None, checks=(check,),
        outcome=outcome,
    )  # fmt: skip


def test_refused_are_the_rulings_that_were_not_applied() -> None:
    """The accepted ones are left out."""
    good = Ruling(command=Undo(), accepted=True)
    bad = Ruling(command=Set(field="x", value=1), accepted=False, reason="unknown field 'x'.")
    assert Decision(stage="a", rulings=(good, bad)).refused == (bad,)


def test_blocked_are_the_candidates_that_did_not_hold() -> None:
    """Neither the winner nor those never tried."""
    each = tuple(map(candidate, Outcome))
    assert [c.outcome for c in Decision(stage="a", candidates=each).blocked] == [Outcome.BLOCKED]


def test_a_decision_survives_json() -> None:
    """It is stored with its turn."""
    move = Move(source="a", to="b", kind=MoveKind.RULE, because="why not")
    decision = Decision(
        stage="b",
        rulings=(Ruling(command=Set(field="x", value=[1, "a"]), accepted=True),),
        candidates=tuple(map(candidate, Outcome)),
        moves=(move,),
        events=("corrected x",),
        asks="x",
    )
    assert Decision.model_validate_json(decision.model_dump_json()) == decision


def test_candidates_and_moves_have_short_names() -> None:
    """'a -> b'."""
    assert candidate(Outcome.TAKEN).name == "a -> b"
    assert str(Move(source="a", to="b", kind=MoveKind.BACK)) == "a -> b"
