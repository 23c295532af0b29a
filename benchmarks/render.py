"""What a page costs, next to plain Jinja renders of its text.

Side by side in one run, in interleaved rounds, over the pages of one session: every page has a
window of 20 messages, of which two are new, 12 assumptions, and 2,000 tokens, so that the packer
has to leave something out.

least   jinja2.Environment, one flat template without filters, compiled once; it is handed what
        fits, so it writes the very same text, and knows neither tokens nor sections
plain   jinja2.Environment on the built-in templates themselves, their tags taken out
page    the built-in templates, rendered in the sandbox and packed: messages, exact count, ledger

    python benchmarks/render.py [--rounds 40] [--pages 50] [--profile]
"""

import argparse
import cProfile
import pstats
import re
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jinja2

from coach.prompting import limits
from coach.prompting.prompt import Prompt, render_page
from coach.prompting.template import Templates
from coach.prompting.tokens import count_tokens
from coach.prompting.view import (
    AnswerView,
    AssumptionView,
    FlowView,
    MessageView,
    PromptView,
    QuestionView,
    StageView,
)
from coach.vocabulary.words import AnswerStatus, Role, Source

BUDGET = 2_000
WINDOW = 20
PAGE = ["grow/reality.md.jinja"]
PROMPTS = Path(__file__).parents[1] / "prompts"
SAID = (
    "I have been thinking about it since last week, and what stands in my way is mostly time: "
    "after work I am tired, the evenings are short, and on Saturdays I see my sister's children. "
    "Last month I wrote three pages in one night and then nothing for twelve days, and when I read "
    "them again I did not like them much. My supervisor has asked twice, kindly, number {}.",
    "You wrote three pages in one night, and then came twelve days without any. What was there "
    "on that night that was not there on the others? Take a moment before you answer; what comes "
    "to mind first is often enough to begin with, and it does not have to be the whole of it. "
    "If nothing comes, tell me what that evening looked like, question {}.",
)
ANSWERS = {
    "goal": "hand in the thesis before the summer",
    "measure": "a bound copy on the desk of my supervisor",
    "importance": "9",
    "due": "2026-06-30",
}
LEAST = """\
system:
{{ rules }}
# This stage: {{ stage.name }}
{{ stage.purpose }}
{{ guidance }}
# Earlier in this conversation
{{ summary }}
{% for said in history %}
{{ said.role.value }}:
{{ said.content }}
{% endfor %}
system:
# Where we are
stage: {{ stage.name }}, progress: {{ "%.0f" % (progress * 100) }}%, turns left: {{ turns_left }}, today: {{ day }}
# What is known
{% for answer in answered %}
{% if answer.status == "unconfirmed" %}
- {{ answer.label }}: {{ answer.text }} (not confirmed)
{% else %}
- {{ answer.label }}: {{ answer.text }}
{% endif %}
{% endfor %}
# Believed, not confirmed
{% for assumption in assumptions %}
- {{ assumption.content }} (confidence {{ "%.0f" % (assumption.confidence * 100) }}%{% if assumption.related_to %}, about {{ assumption.related_to }}{% endif %})
{% endfor %}
# Your next reply
{% if question %}
Ask, in your own words: {{ question.ask }}
{% if question.expects %}
An answer is: {{ question.expects }}
{% endif %}
{% else %}
Close the conversation.
{% endif %}
user:
{{ message }}
"""  # noqa: E501

Rival = Callable[[int], Any]


def main() -> None:
    options = _options()
    views = [a_view(number) for number in range(options.pages)]
    pages = _coach(views)
    made = [pages(number) for number in range(options.pages)]
    _check(made)
    rivals = {"least": _least(views, made), "plain": _plain(views, made), "page": pages}
    if options.profile:
        _profile(pages, options.pages)
    report(measure(rivals, options.rounds, options.pages))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--pages", type=int, default=50)
    parser.add_argument("--profile", action="store_true")
    return parser.parse_args()


def a_view(number: int) -> PromptView:
    """The page that is due at the session's turn of that number."""
    said = range(2 * number, 2 * number + WINDOW)
    return PromptView(
        flow=FlowView(name="grow", title="GROW", about="Goal, reality, options, will."),
        stage=StageView(path="reality", name="reality", purpose="See what is so now."),
        progress=0.4,
        turns_left=200 - number,
        today="2026-05-04",
        answers=ANSWERS,
        answered=tuple(_answer(field, value) for field, value in ANSWERS.items()),
        assumptions=tuple(_assumption(i) for i in range(12)),
        question=QuestionView(field="obstacle", ask="What is in the way?", expects="a few words"),
        history=tuple(_message(i, SAID[i % 2].format(i)) for i in said),
        message=f"I keep putting it off, mostly in the evening; so it was for the {number}th time.",
        summary="She wants to finish her thesis, and writes at night when she writes at all.",
    )


def _answer(field: str, value: str) -> AnswerView:
    return AnswerView(
        field=field,
        label=field,
        value=value,
        text=value,
        status=AnswerStatus.GIVEN,
        source=Source.USER_STATED,
        confidence=1.0,
        stale=False,
    )


def _assumption(number: int) -> AssumptionView:
    content = f"The evenings of week {number} are free for work, apart from Saturday"
    return AssumptionView(id=f"a{number}", content=content, confidence=0.5, related_to="obstacle")


def _message(number: int, content: str) -> MessageView:
    role = Role.ASSISTANT if number % 2 else Role.USER
    return MessageView(role=role, content=content, tokens=count_tokens(content))


def _coach(views: list[PromptView]) -> Callable[[int], Prompt]:
    templates = Templates([PROMPTS])

    def run(number: int) -> Prompt:
        return render_page(templates, PAGE, views[number], BUDGET)

    return run


def _least(views: list[PromptView], pages: list[Prompt]) -> Rival:
    """What fits is known beforehand; checked to write what `page` writes."""
    env = jinja2.Environment(trim_blocks=True, autoescape=False, keep_trailing_newline=True)
    template = env.from_string(LEAST)
    data = [_fitting(view, page) for view, page in zip(views, pages, strict=True)]

    def run(number: int) -> str:
        return template.render(data[number])

    for number, page in enumerate(pages):
        assert run(number) == page.text, "the two do not write the same text"
    return run


class _Untagged(jinja2.BaseLoader):
    """The built-in templates with the lines that open messages as text, and without sections."""

    def get_source(self, environment: Any, template: str) -> tuple[str, str, Any]:
        source = (PROMPTS / template).read_text(encoding="utf-8")
        source = re.sub(r'\{% message "(\w+)" %\}\n', r"\1:\n", source)
        source = source.replace("{% message said %}", "{{ said.role.value }}:")
        return (
            re.sub(r"\{% (section|endsection|endmessage)\b[^%]*%\}\n", "", source),
            template,
            None,
        )


def _plain(views: list[PromptView], pages: list[Prompt]) -> Rival:
    """Of the history it is handed what fits; checked to write the same but for blank lines."""
    env = jinja2.Environment(loader=_Untagged(), trim_blocks=True, lstrip_blocks=True)
    helpers = (limits.line, limits.percent, limits.day, limits.listing)
    env.filters |= {helper.__name__: helper for helper in helpers}
    template = env.get_template(PAGE[0])
    data = [_fitting(view, page) for view, page in zip(views, pages, strict=True)]

    def run(number: int) -> str:
        return template.render(data[number])

    for number, page in enumerate(pages):
        assert run(number).split() == page.text.split(), "the two do not write the same text"
    return run


def _fitting(view: PromptView, page: Prompt) -> dict[str, Any]:
    front = page.messages[0].content
    rules, _, stage = front.partition("\n# This stage: ")
    guidance = stage.partition("\n# Earlier")[0].partition(f"{view.stage.purpose}\n")[2]
    shown = page.ledger["history"].kept
    history = view.history[WINDOW - shown :]
    if history[0].content != page.messages[1].content:
        cut = {"content": page.messages[1].content}
        history = (history[0].model_copy(update=cut), *history[1:])
    known = {"rules": rules, "guidance": guidance, "day": "Monday 4 May 2026"}
    return {**view.__dict__, **known, "history": history}


def _check(pages: list[Prompt]) -> None:
    """Full pages, with less of the history than there is."""
    for page in pages:
        assert BUDGET * 0.9 < page.tokens == count_tokens(page.text) <= BUDGET
        assert page.ledger["history"].kept < WINDOW


def measure(rivals: dict[str, Rival], rounds: int, pages: int) -> dict[str, list[float]]:
    """By rival, of every round the time per page, in microseconds."""
    samples: dict[str, list[float]] = {name: [] for name in rivals}
    for lap in range(rounds + 2):
        for name, run in rivals.items():
            began = time.perf_counter()
            for number in range(pages):
                run(number)
            if lap >= 2:  # the first two warm up
                samples[name].append((time.perf_counter() - began) / pages * 1e6)
    return samples


def report(samples: dict[str, list[float]]) -> None:
    for name, times in samples.items():
        print(f"{name:6}{statistics.median(times):8.0f} µs a page")
    for name in ("plain", "least"):
        pairs = zip(samples["page"], samples[name], strict=True)
        ratio = statistics.median(ours / theirs for ours, theirs in pairs)
        print(f"page is {ratio:.2f} × {name}")


def _profile(run: Rival, pages: int) -> None:
    profile = cProfile.Profile()
    profile.enable()
    for lap in range(1_000):
        run(lap % pages)
    profile.disable()
    pstats.Stats(profile).sort_stats("tottime").print_stats(35)


if __name__ == "__main__":
    main()
