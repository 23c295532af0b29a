"""Making: drafts, verdicts, notes; and what corrections, back and restart do to them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.errors import ActionError
from coach.flows.flow import Definition, Flow, Stage, Transition
from coach.flows.load import load_flow
from coach.flows.making import content_of
from coach.flows.registry import Registry
from coach.record.artifact import NEXT, ArtifactStatus
from coach.vocabulary import commands as c
from coach.vocabulary.fields import TextField

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)

# The verdict is asked in 'read'; what is approved there can still be corrected in 'use'.
LETTER: dict[str, Any] = {
    "flow": "letter",
    "start": "tell",
    "artifacts": {"letter": {"type": "letter", "name": "The letter"}},
    "stages": {
        "tell": {
            "collect": {
                "to_whom": {"type": "text", "ask": "?", "label": "to"},
                "days": {"type": "number", "ask": "?", "optional": True},
                "when": {"type": "date", "ask": "?", "optional": True, "confirm": "below 0.8"},
            },
            "next": [{"to": "write", "when": "has(to_whom) and (has(days) or declined(days))"}],
        },
        "write": {"draft": "letter", "next": [{"to": "read", "forget": "fine"}]},
        "read": {
            "collect": {
                "fine": {"type": "yesno", "ask": "?"},
                "why": {"type": "text", "ask": "?", "optional": True},
            },
            "next": [
                {"to": "use", "when": "fine", "approve": "letter", "comment": "why"},
                {
                    "to": "tell",
                    "when": "not fine and (has(why) or declined(why))",
                    "reject": "letter",
                    "comment": "why",
                    "forget": ["to_whom", "fine", "why"],
                },
            ],
        },
        "use": {"collect": {"sent": {"type": "yesno", "ask": "?"}}},
        "end": {"final": True},
    },
    "anywhere": [{"trigger": "end", "to": "end"}],
}


@pytest.fixture
def reading(walk: Any) -> Any:
    """A walk that has come to where the letter is read."""
    return walk(LETTER)(to_whom="Ada", days=3)


def versions(here: Any) -> list[str]:
    """'1 superseded', … of everything made."""
    return [f"{a.version} {a.status}" for a in here.context.artifacts.values()]


def test_entering_a_stage_drafts_and_puts_forward(reading: Any) -> None:
    """A line for each field before the stage; what is open says so."""
    (made,) = reading.context.artifacts.values()
    assert (made.id, made.definition_id, made.type) == ("d1", "letter", "letter")
    assert made.content == "To: Ada\nDays: 3\nWhen: left open"
    assert made.status is ArtifactStatus.PENDING_REVIEW
    assert reading.decision.events == ("drafted The letter (version 1)",)


def test_what_is_not_confirmed_says_so(walk: Any) -> None:
    """Values are in words and on one line, days are ISO."""
    doubt = c.Set(field="when", value="2026-06-01", confidence=0.5)
    here = walk(LETTER)(doubt, to_whom="Ada\nDays: 9", days=2.5)
    (made,) = here.context.artifacts.values()
    assert made.content == "To: Ada Days: 9\nDays: 2.5\nWhen: 2026-06-01 (not confirmed)"


def test_a_rule_gives_the_verdict_with_the_comment(reading: Any) -> None:
    """The answer of the field that 'comment' names, before it is forgotten."""
    reading(fine=False, why="too cold")
    (review,) = reading.context.get_artifact_reviews("d1")
    assert (review.verdict, review.comment, review.reviewer) == ("rejected", "too cold", "user")
    assert reading.stage == "tell"
    assert versions(reading) == ["1 rejected"]
    assert reading.decision.events == ("rejected The letter (version 1)",)


def test_the_same_words_are_put_forward_again_after_a_no(reading: Any) -> None:
    """Else a yes to them could never be given."""
    reading(c.Decline(field="why"), fine=False)(to_whom="Ada")
    assert versions(reading) == ["1 superseded", "2 pending_review"]
    assert reading.context.artifacts["d1"].content == reading.context.artifacts["d2"].content


def test_nothing_new_is_written_when_nothing_is_new(reading: Any) -> None:
    """Going back and forth makes no versions."""
    reading(c.Back())(to_whom="Ada", days=3)
    assert reading.stage == "read"
    assert versions(reading) == ["1 pending_review"]


@pytest.mark.parametrize(
    "change",
    [c.Correct(field="to_whom", value="Bob"), c.Set(field="when", value="2026-06-01")],
)
def test_a_correction_makes_a_new_version_and_the_approved_one_no_longer_stands(
    reading: Any, change: Any
) -> None:
    """It is put forward and judged anew; a first answer that it leaves open counts as well."""
    reading(fine=True)
    assert versions(reading) == ["1 approved"]
    reading(change)
    assert (reading.stage, reading.asks) == ("read", "fine")
    assert versions(reading) == ["1 superseded", "2 pending_review"]
    assert reading.moves == ["use -> tell", "tell -> write", "write -> read"]


def test_confirming_what_the_draft_doubts_makes_a_new_version(walk: Any) -> None:
    """The value is the same, and the words are not."""
    doubt = c.Set(field="when", value="2026-06-01", confidence=0.5)
    here = walk(LETTER)(doubt, to_whom="Ada", days=3)(c.Confirm(what="when"))
    assert here.context.artifacts["d2"].content.endswith("When: 2026-06-01")
    assert here.stage == "read"


def test_what_the_document_does_not_say_changes_nothing(reading: Any) -> None:
    """Only the fields it is written from count."""
    reading(fine=True)(sent=True)(c.Correct(field="sent", value=False))
    assert (reading.stage, versions(reading)) == ("use", ["1 approved"])


def test_undo_takes_a_draft_and_a_verdict_back(reading: Any) -> None:
    """As if they had not been."""
    reading(fine=True)(c.Undo())
    assert (versions(reading), len(reading.context.reviews)) == (["1 pending_review"], 0)
    reading(c.Undo())
    assert versions(reading) == []


def test_back_leaves_a_draft_and_opens_a_verdict_again(reading: Any) -> None:
    """What was approved since is put forward anew; that it was approved stays on record."""
    reading(fine=True)(c.Back())
    assert (reading.stage, reading.asks) == ("read", "fine")
    assert versions(reading) == ["1 superseded", "2 pending_review"]
    assert len(reading.context.get_artifact_reviews("d1")) == 1
    assert "reopened The letter (version 2)" in reading.decision.events
    reading(fine=True)
    assert versions(reading)[-1] == "2 approved"


def test_restart_supersedes_what_is_pending(reading: Any) -> None:
    """And the same answers make a version again."""
    reading(c.Restart())
    assert versions(reading) == ["1 superseded"]
    assert reading(to_whom="Ada", days=3).context.artifacts["d2"].version == 2


def test_a_verdict_waits_for_something_put_forward(walk: Any) -> None:
    """The rule is blocked, and the decision says by what."""
    write = {"next": LETTER["stages"]["write"]["next"]}
    never = {**LETTER, "stages": {**LETTER["stages"], "write": write}}
    here = walk(never)(to_whom="Ada", days=3)(fine=True)
    assert here.stage == "read"
    texts = [check.text for check in here.decision.blocked[0].checks]
    assert texts == [
        "fine",
        "artifact_status(letter) in ['pending_review', 'in_review', 'approved']",
    ]


def test_a_rule_may_draft_too(walk: Any) -> None:
    """After what it forgets and does, from the fields up to its own stage; corrections as well."""
    tell = {**LETTER["stages"]["tell"]}
    tell["next"] = [{**tell["next"][0], "draft": ["letter"]}]
    plain = {"next": LETTER["stages"]["write"]["next"]}
    here = walk({**LETTER, "stages": {**LETTER["stages"], "tell": tell, "write": plain}})
    here(to_whom="Ada", days=3)(fine=True)(c.Correct(field="to_whom", value="Bob"))
    assert versions(here) == ["1 superseded", "2 pending_review"]
    assert here.context.artifacts["d2"].content.startswith("To: Bob\n")


# -- commands ------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["letter", "The letter", "d1"])
def test_a_note_is_a_new_version_by_key_name_or_id(reading: Any, what: str) -> None:
    """What the flow makes is put forward; what was there is superseded."""
    reading(c.Note(artifact=what, content="Dear Ada"))
    assert versions(reading) == ["1 superseded", "2 pending_review"]
    assert reading.context.standing_artifact("letter").content == "Dear Ada"
    assert reading.decision.events == ("noted The letter (version 2)",)


def test_a_note_of_what_nobody_knows_is_new(reading: Any) -> None:
    """Of the type 'note'; the same words again are nothing new, and the ruling says so."""
    shopping = c.Note(artifact="shopping", content="stamps")
    reading(shopping)
    assert reading.context.artifacts["d2"].type == "note"
    reading(shopping)
    assert reading.decision.rulings[0].reason == "shopping (version 1) says that already"
    reading(c.Note(artifact="shopping", content="stamps, ink"))
    assert versions(reading)[1:] == ["1 superseded", "2 draft"]


def test_a_note_is_not_drafted_over_by_a_change_of_something_else(reading: Any) -> None:
    """But a change of what it is written from does: the answers have the last word."""
    reading(c.Note(artifact="letter", content="Dear Ada"))(fine=True)(sent=True)
    assert versions(reading)[-1] == "2 approved"
    reading(c.Correct(field="days", value=5))
    assert reading.context.standing_artifact("letter").content.startswith("To: Ada\nDays: 5")


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (c.Note(artifact="letter"), "a note needs words: what should 'letter' say?"),
        (c.Note(artifact="d7", content="x"), "no artifact 'd7'. Known: d1, d2."),
        (c.Note(artifact=" ", content="x"), "an artifact needs words"),
        (
            c.Review(artifact="leter", verdict="approved"),
            "no artifact 'leter'. Did you mean 'letter'?",
        ),
        (
            c.Review(artifact="shopping", verdict="approved"),
            "shopping (version 1) is draft: a verdict is given on what was put forward, which is "
            "pending review or in review",
        ),
    ],
)
def test_what_cannot_be_noted_or_reviewed_is_refused(
    reading: Any, command: Any, reason: str
) -> None:
    """With what would have worked, and without a trace."""
    reading(c.Note(artifact="shopping", content="stamps"))
    before = reading.context.artifacts
    assert reading(command).reasons == [reason]
    assert reading.context.artifacts == before


def test_a_review_is_a_verdict_with_its_comment(reading: Any) -> None:
    """By key or id; a second one comes too late."""
    reading(c.Review(artifact="letter", verdict="approved", comment="well said"))
    (review,) = reading.context.reviews.values()
    assert (review.artifact_id, review.comment) == ("d1", "well said")
    assert reading.decision.events == ("approved The letter (version 1)",)
    (reason,) = reading(c.Review(artifact="d1", verdict="rejected")).reasons
    assert reason.startswith("The letter (version 1) is approved: ")
    assert reading(fine=True).stage == "use"


def test_what_is_not_written_yet_cannot_be_reviewed(walk: Any) -> None:
    """It is known by name, though."""
    here = walk(LETTER)(c.Review(artifact="letter", verdict="approved"))
    assert here.reasons == ["The letter is not written yet"]


# -- Python --------------------------------------------------------------------------------


def test_a_flow_in_python_makes_artifacts_too() -> None:
    """The same model, without a file."""
    flow = Flow(
        flow="memo",
        start="ask",
        artifacts={"memo": Definition(name="Memo", sources=("topic",))},
        stages={
            "ask": Stage(
                collect={"topic": TextField(type="text", ask="About what?")},
                next=(Transition(to="done", when="has(topic)", draft=("memo",)),),
            ),
            "done": Stage(final=True),
        },
    )
    context = flow.step(flow.begin().context, [c.Set(field="topic", value="rain")]).context
    assert context.artifacts["d1"].content == "Topic: rain"
    assert Flow.model_validate_json(flow.text).hash == flow.hash


def acting(act: Any) -> Flow:
    stages = {**LETTER["stages"], "use": {**LETTER["stages"]["use"], "enter": ["act"]}}
    return Flow.model_validate({**LETTER, "stages": stages}).using(Registry(actions={"act": act}))


def test_an_action_may_make_and_judge(walk: Any) -> None:
    """With the methods of the context."""

    def act(context: Any) -> None:
        made = context.add_artifact("Envelope", "Ada", status="pending_review")
        context.review_artifact(made.id, "approved", reviewer="the post office")

    here = walk(acting(act))(to_whom="Ada", days=3)(fine=True)
    assert versions(here) == ["1 approved", "1 approved"]
    assert here.context.reviews["v2"].reviewer == "the post office"


def changed(**update: Any) -> Any:
    def act(context: Any) -> None:
        context.artifacts["d1"] = context.artifacts["d1"].model_copy(update=update)

    return act


def twice(context: Any) -> None:
    context.artifacts["d9"] = context.artifacts["d1"].model_copy(update={"id": "d9"})


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (changed(status=ArtifactStatus.DRAFT), "'d1' was approved and cannot become"),
        (changed(content="Dear Bob"), "'d1' was approved and cannot become"),
        (lambda context: context.artifacts.pop("d1"), "'d1' was approved and cannot become None"),
        (twice, "two versions of 'letter' stand"),
    ],
)
def test_an_action_cannot_leave_artifacts_as_no_method_would(
    walk: Any, act: Any, says: str
) -> None:
    """The step is void."""
    here = walk(acting(act))(to_whom="Ada", days=3)
    with pytest.raises(ActionError, match=says):
        here(fine=True)


# -- anything at all -----------------------------------------------------------------------

SPEC = load_flow("requirements")
VALUES: dict[str, list[Any]] = {
    "text": ["a reading club app", "at most forty hours"],
    "yesno": [True, False],
    "choice": ["web", "mobile", "a team", "remind", "where it runs", "nothing after all"],
    "list": [["remind", "vote"], ["vote", "read"]],
    "date": ["2027-06-01"],
}
fields = st.sampled_from([*SPEC.fields])
named = st.sampled_from(["spec", "Requirements document", "plan", "d1", "d2", "d3", "d9"])
answers = fields.flatmap(
    lambda name: st.builds(
        c.Set,
        field=st.just(name),
        value=st.sampled_from(VALUES[SPEC.fields[name].type]),  # type: ignore[attr-defined]
        confidence=st.sampled_from([1.0, 1.0, 0.5]),
    )
)
anything = st.one_of(
    answers,
    answers.map(lambda said: c.Correct(field=said.field, value=said.value)),
    st.builds(c.Decline, field=fields),
    st.builds(c.Note, artifact=named, content=st.sampled_from(["x", "y"])),
    st.builds(c.Review, artifact=named, verdict=st.sampled_from(["approved", "rejected"])),
    st.builds(c.Confirm, what=fields),
    st.sampled_from([c.Back(), c.Undo(), c.Restart(), c.SayNothing(), c.Trigger(name="pause")]),
    st.sampled_from(
        [c.Trigger(name="resume"), c.Back(to="review"), c.Set(field="as_meant", value=1)]
    ),
)
WHOLE: list[Any] = [
    *(c.Set(field=name, value=VALUES["text"][0]) for name in ("project", "problem", "audience")),
    c.Set(field="scale", value="a team"),
    c.Set(field="needs", value=["remind", "vote"]),
    c.Set(field="priority", value="vote"),
    c.Set(field="platform", value="web"),
    *(c.Decline(field=name) for name in ("deadline", "budget_note")),
]
YES = [c.Set(field=name, value=True) for name in ("as_meant", "signed")]


def reachable(status: ArtifactStatus) -> set[ArtifactStatus]:
    found = {status}
    for _ in NEXT:
        found |= {after for one in found for after in NEXT[one]}
    return found


@settings(max_examples=150, deadline=None)
@given(turns=st.lists(st.lists(anything, max_size=3), max_size=10))
def test_whatever_is_said_artifacts_go_their_ways(turns: list[list[Any]]) -> None:
    """One version of a definition stands at most; no status moves but where it leads."""
    context = SPEC.step(SPEC.begin(now=NOW).context, WHOLE, NOW).context
    assert context.stage == "review"
    for commands in turns:
        old, (context, decision) = context, SPEC.step(context, commands, NOW)
        assert context.stage in SPEC.leaves
        standing = [a for a in context.artifacts.values() if not a.superseded]
        keys = [a.definition_id or a.name for a in standing]
        assert len(keys) == len(set(keys))
        if "undid the last turn" in decision.events:
            continue
        for key, made in old.artifacts.items():
            assert context.artifacts[key].status in reachable(made.status)


@settings(max_examples=100, deadline=None)
@given(turns=st.lists(st.lists(anything, max_size=2), max_size=6))
def test_what_is_signed_off_says_what_was_answered(turns: list[list[Any]]) -> None:
    """Unless somebody noted other words, no signed document is out of date."""
    context = SPEC.step(SPEC.begin(now=NOW).context, WHOLE, NOW).context
    for commands in (*turns, *([said] for said in YES)):
        said = [command for command in commands if command.command != "note"]
        context = SPEC.step(context, said, NOW).context
    if context.finished_because == "completed":
        spec = context.standing_artifact("spec")
        assert spec is not None
        assert spec.approved
        assert spec.content == content_of(SPEC, context, "spec")
