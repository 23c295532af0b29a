"""Views for tests: `view(...)` is a person in the middle of a GROW session."""

from pathlib import Path

from coach.prompting.template import Templates
from coach.prompting.view import (
    AnswerView,
    AssumptionView,
    FlowView,
    HeardView,
    MessageView,
    PromptView,
    QuestionView,
    StageView,
    in_words,
)
from coach.vocabulary.words import AnswerStatus, Role, Source

PROMPTS = Path(__file__).parents[2] / "prompts"
GROW = FlowView(name="grow", title="GROW coaching session", about="Goal, reality, options, will.")


def view(stage="reality", answers=None, flow=GROW, purpose="See what is so now.", **more):
    """A view at `stage` with those answers given; any PromptView field by keyword."""
    given = {"goal": "submit the thesis"} if answers is None else answers
    return PromptView(
        flow=flow,
        stage=StageView(path=stage, name=stage, purpose=purpose),
        answers=given,
        answered=tuple(answered(field, value) for field, value in given.items()),
        **more,
    )


def answered(field, value, status=AnswerStatus.GIVEN, stale=False, confidence=1.0):
    return AnswerView(
        field=field,
        label=field.replace("_", " "),
        value=value,
        text=in_words(value),
        status=status,
        source=Source.USER_STATED,
        confidence=confidence,
        stale=stale,
    )


def question(field="obstacle", ask="What is in the way?", **more):
    return QuestionView(field=field, ask=ask, **more)


def heard(kind="set", field="goal", text="run 10k", type="text"):
    return HeardView(kind=kind, field=field, label=field.replace("_", " "), text=text, type=type)


def assumptions(*contents):
    return tuple(
        AssumptionView(id=f"a{i}", content=content, confidence=0.5)
        for i, content in enumerate(contents, 1)
    )


def history(*contents, roles=(Role.USER, Role.ASSISTANT)):
    return tuple(
        MessageView(role=roles[i % len(roles)], content=content, tokens=len(content))
        for i, content in enumerate(contents)
    )


def big_view(messages=20, believed=12):
    """A session of some length, as the measured page has it."""
    said = [
        f"This is message {i}, and it says a little about how the thesis goes. " * 2
        for i in range(messages)
    ]
    return view(
        progress=0.4,
        turns_left=12,
        today="2026-05-04",
        question=question(),
        assumptions=assumptions(
            *(f"Evenings of week {i} are free for work" for i in range(believed))
        ),
        history=history(*said),
        message="I keep putting it off, mostly in the evening.",
        summary="She wants to finish her thesis.",
    )


def templates(folder=None, **files):
    """The built-in templates, below those of `folder` written from `files` (name='source')."""
    if folder is None:
        return Templates([PROMPTS])
    for name, source in files.items():
        (folder / f"{name}.jinja").write_text(source, encoding="utf-8")
    return Templates([folder, PROMPTS])
