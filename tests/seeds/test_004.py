"""Seed 004, the context accumulator, under our names: its examples run, with output of its kind."""

import pytest

import coach
from coach.errors import BudgetError, InvalidValue
from coach.vocabulary.words import AssumptionStatus


@pytest.fixture
def context() -> coach.CoachContext:
    """The seed's wizard in the middle of its work."""
    context = coach.CoachContext(session_id="conv_123", stage="collect_requirements", progress=0.25)
    context.set("domain", "education")
    context.set("subject", "mathematics")
    return context


def test_quick_start():
    """A context, an assumption, a prompt injection of at most 2,000 tokens."""
    context = coach.CoachContext(session_id="conv_123")
    context.add_assumption(content="User wants a math tutor bot", source="inferred", confidence=0.7)
    injection = context.to_prompt_injection(max_tokens=2000)
    assert "- assumption: User wants a math tutor bot, confidence: 0.7" in injection


def test_the_fields_have_their_names(context: coach.CoachContext):
    """conversation_id, wizard_stage, wizard_data, wizard_progress, and the lists."""
    assert context.conversation_id == "conv_123"
    assert context.wizard_stage == "collect_requirements"
    assert context.wizard_data == {"domain": "education", "subject": "mathematics"}
    assert context.wizard_progress == 0.25
    assert len(context.tasks) == len(context.artifacts) == len(context.assumptions) == 0
    assert len(context.tool_history) == len(context.transitions) == len(context.sections) == 0


def test_assumption_tracking(context: coach.CoachContext):
    """Add, confirm, reject, query."""
    assumption = context.add_assumption(
        content="User wants a math tutor for middle school students",
        source="inferred",
        confidence=0.7,
        related_to="target_audience",
    )
    doubtful = context.add_assumption("Classes are small", "extracted", confidence=0.5)
    assert context.get_unconfirmed_assumptions() == [doubtful, assumption]
    assert context.get_low_confidence_assumptions(threshold=0.6) == [doubtful]
    assert context.get_assumptions_for("target_audience") == [assumption]
    context.confirm_assumption(assumption.id)
    context.reject_assumption(doubtful.id)
    assert context.get_unconfirmed_assumptions() == []
    kept = context.assumptions[assumption.id]
    assert (kept.status, kept.settled_revision) == (AssumptionStatus.CONFIRMED, 0)


@pytest.mark.parametrize("source", ["inferred", "user_stated", "default", "extracted"])
def test_assumption_sources(context: coach.CoachContext, source: str):
    """The seed's four."""
    assert context.add_assumption("x", source=source).source == source


def test_context_sections(context: coach.CoachContext):
    """With a priority, a formatter, and always there; found and removed by name."""
    context.add_section(
        name="user_preferences",
        content={"tone": "friendly", "formality": "casual", "detail_level": "high"},
        priority=80,
        formatter="summary",
    )
    context.add_section(
        name="critical_constraint",
        content="Bot must never discuss politics",
        priority=100,
        include_always=True,
    )
    injection = context.to_prompt_injection()
    assert "# user preferences\ntone: friendly, formality: casual, detail_level: high" in injection
    assert "Bot must never discuss politics" in context.to_prompt_injection(max_tokens=30)
    section = context.get_section("user_preferences")
    assert section is not None
    assert section.priority == 80
    assert context.remove_section("user_preferences")
    assert context.get_section("user_preferences") is None


@pytest.mark.parametrize(
    ("formatter", "shown"),
    [
        ("default", '# style\n{"tone": "warm"'),
        ("json", '{"tone": "warm", "words": ["a", "b"]}'),
        ("list", "- tone: warm"),
        ("summary", "tone: warm, words: a and b"),
    ],
)
def test_section_formatters(context: coach.CoachContext, formatter: str, shown: str):
    """default, json, list, summary."""
    context.add_section("style", {"tone": "warm", "words": ["a", "b"]}, formatter=formatter)
    assert shown.partition(", words")[0] in context.to_prompt_injection()


def test_prompt_injection_includes_and_excludes_by_name(context: coach.CoachContext):
    """tool_history names the same section as recent_tools, and a misspelt name is refused."""
    context.add_assumption("User wants a math tutor", confidence=0.7)
    context.add_assumption("Target audience is middle school", confidence=0.6)
    context.add_tool_run("extract_requirements", success=True)
    assert "- tool: extract_requirements, success: yes" in context.to_prompt_injection()
    some = context.to_prompt_injection(
        max_tokens=1500, include_sections=["wizard_progress", "unconfirmed_assumptions"]
    )
    assert some == (
        "# Wizard progress\n"
        "stage: collect_requirements, progress: 25%, data collected: domain and subject\n"
        "# Unconfirmed assumptions\n"
        "- assumption: Target audience is middle school, confidence: 0.6\n"
        "- assumption: User wants a math tutor, confidence: 0.7\n"
    )
    for name in ("tool_history", "recent_tools"):
        without = context.to_prompt_injection(exclude_sections=[name])
        assert "extract_requirements" not in without
        assert "math tutor" in without
    with pytest.raises(InvalidValue, match=r"no section 'recent_tool'. Did you mean 'recent_to"):
        context.to_prompt_injection(exclude_sections=["recent_tool"])


@pytest.mark.parametrize("budget", [20, 50, 100, 400])
def test_prompt_injection_stays_within_its_tokens(context: coach.CoachContext, budget: int):
    """Counted, not estimated; and one that is too small says what cannot fit."""
    for number in range(300):
        context.add_assumption(f"用户想要一个数学导师 {number}", confidence=number / 300)
    injection = context.to_prompt_injection(max_tokens=budget)
    assert coach.count_tokens(injection) <= budget
    with pytest.raises(BudgetError, match="max_tokens=1 is not enough"):
        context.to_prompt_injection(max_tokens=1)


def test_artifact_access(context: coach.CoachContext):
    """By status, by type, by definition; and the reviews of one."""
    config = context.add_artifact("Bot Configuration", "tone: warm", type="config")
    quiz = context.add_artifact("Quiz", "1 + 1", "question", definition_id="assessment_questions")
    context.submit_artifact(config.id)
    context.submit_artifact(quiz.id)
    context.review_artifact(config.id, "approved")
    assert [a.name for a in context.get_artifacts(status="approved")] == ["Bot Configuration"]
    assert [a.name for a in context.get_artifacts(status="pending_review")] == ["Quiz"]
    assert [a.id for a in context.get_artifacts(artifact_type="config")] == [config.id]
    assert context.get_artifacts(definition_id="assessment_questions")[0].name == "Quiz"
    assert [r.verdict for r in context.get_artifact_reviews(config.id)] == ["approved"]
    injection = context.to_prompt_injection()
    assert "# Pending artifacts\n- name: Quiz, status: pending review" in injection
    assert "# Approved artifacts\n- Bot Configuration" in injection


def test_serialization(context: coach.CoachContext):
    """To a dictionary and back: equal, whatever has gathered."""
    context.add_assumption("x", confidence=0.1)
    context.add_artifact("Plan", "text")
    context.add_section("tone", ["warm"])
    assert coach.CoachContext.from_dict(context.to_dict()) == context


def test_a_session_persists_what_gathers(talk: coach.Session):
    """The builder and the persister are the session itself: `update` keeps, `context` gives."""
    talk.update(lambda c: c.add_assumption("Grades 6-8", "extracted", 0.6, "grade_level"))
    talk.update(lambda c: c.add_artifact("Plan", "text"))
    again = coach.Bot(talk.flow, talk.services.store).session("ada", id="s")
    assert again.context == talk.context
    [assumption] = again.context.get_unconfirmed_assumptions()
    assert (assumption.content, assumption.related_to) == ("Grades 6-8", "grade_level")


def test_the_assumption_confirmation_flow(talk: coach.Session):
    """Low confidence is what is asked about; confirming settles it."""
    talk.update(lambda c: c.add_assumption("Grades 6-8", "extracted", confidence=0.6))
    low = [a for a in talk.context.get_unconfirmed_assumptions() if a.confidence < 0.8]
    talk.update(lambda c: [c.confirm_assumption(a.id) for a in low])
    assert talk.context.get_unconfirmed_assumptions() == []


BLOCK = """\
flow: wizard
start: collect
context:
  max_prompt_tokens: 1200
  section_priorities:
    wizard_progress: 90
    unconfirmed_assumptions: 85
    pending_artifacts: 70
    approved_artifacts: 50
    recent_tools: 40
  always_include:
    - wizard_progress
    - unconfirmed_assumptions
  exclude:
    - tool_history
stages:
  collect: {collect: {domain: {type: text, ask: Which domain?}}}
"""


@pytest.fixture
def wizard() -> coach.Session:
    """A flow with the seed's configuration block, and much in its context."""
    from coach.flows.load import parse_flow

    talk = coach.Bot(parse_flow(BLOCK)).session(user="ada")
    talk.update(lambda c: [c.add_assumption(f"Assumption number {n}") for n in range(500)])
    talk.update(lambda c: c.add_tool_run("search", result="three"))
    return talk


def test_every_key_of_the_configuration_block_is_read(wizard: coach.Session):
    """max_prompt_tokens, section_priorities, always_include, exclude."""
    page = wizard.prompt
    assert page.ledger.budget == 1_200
    assert page.tokens <= 1_200
    assert page.ledger["unconfirmed_assumptions"].reason.startswith("always")
    assert page.ledger["recent_tools"].reason == "excluded"
    assert "search" not in page


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("max_prompt_tokens: 1200", "max_tokens: 9", "4: F020 unknown key 'max_tokens' in 'con"),
        ("  exclude:", "  excludes:", "F020 unknown key 'excludes' in 'context' of the flow"),
        ("wizard_progress: 90", "wizard_progress: 900", "6: F022 .* at most 100"),
        ("max_prompt_tokens: 1200", "max_prompt_tokens: many", "4: F022 .* a whole number"),
    ],
)
def test_a_key_that_is_not_known_is_refused(old: str, new: str, says: str):
    """With its line, and what would have worked."""
    from coach.flows.load import parse_flow

    with pytest.raises(coach.CoachError, match=says):
        parse_flow(BLOCK.replace(old, new))


def test_priorities_are_overridden_by_the_settings(monkeypatch: pytest.MonkeyPatch):
    """The environment (or coach.toml) says it for every flow, a flow for itself."""
    monkeypatch.setenv("COACH_CONTEXT__SECTION_PRIORITIES", '{"wizard_progress": 7}')
    monkeypatch.setenv("COACH_CONTEXT__EXCLUDE", '["next"]')
    page = coach.Bot("grow").session().prompt
    assert page.ledger["wizard_progress"].priority == 7
    assert page.ledger["next"].reason == "excluded"
