"""Lint: one planted fault per rule, found by its code on its line."""

import pytest

from coach.flows.check import RULES, check_flow
from coach.flows.flow import Flow, Stage
from coach.flows.load import parse_flow, read_flow
from coach.flows.registry import Registry

# A flow without a fault. Every key that a test touches has its own line.
SOUND = """\
flow: sound
start: a
budget: {turns: 9}
stages:
  a:
    collect:
      goal: {type: text, ask: What?}
      score: {type: rating, ask: How much?}
      items: {type: list, at_least: 2, at_most: 4, ask: Which?}
      pick: {type: choice, choices: [web, mobile], ask: Where?, optional: true}
    next:
      - to: plan
        when: has(goal) and has(score) and has(items)
  plan:
    start: draft
    stages:
      draft:
        next:
          - to: review
            when: score > 3
      review:
        next:
          - to: done
            when: score > 5
  done:
    final: true
  paused: {}
anywhere:
  - {trigger: pause, to: paused}
  - {trigger: resume, from: paused, to: $history}
"""


def found(text: str, registry: Registry | None = None, templates=None) -> list[str]:
    """'line code' of everything found, errors and warnings."""
    reading = read_flow(text, registry=registry or Registry(), templates=templates)
    return [f"{problem.line} {problem.code}" for problem in reading.problems]


def planted(old: str, new: str) -> str:
    """The sound flow with one change."""
    assert SOUND.count(old) == 1, f"{old!r} must stand once"
    return SOUND.replace(old, new)


def test_a_sound_flow_has_no_findings():
    """Not even a warning: forward and pause and nested stages are ordinary."""
    assert found(SOUND) == []


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        # places
        ("F101", "start: a\n", "start: b\n"),
        ("F101", "start: a\n", "start: draft\n"),
        ("F102", "start: draft", "start: nowhere"),
        ("F102", "start: draft", "start: a"),
        ("F102", "paused: {}", "paused: {start: draft}"),
        ("F103", "to: plan", "to: plann"),
        ("F103", "to: plan", "to: draft"),
        ("F103", "to: plan", "to: plan/nowhere"),
        ("F103", "to: paused", "to: pausd"),
        ("F104", "to: $history", "to: $histroy"),
        ("F104", "to: $history", "to: a/$history"),
        ("F104", "to: $history", "to: nowhere/$history"),
        ("F104", "to: $history", "to: $history/plan"),
        ("F104", "to: $history", "to: /$history"),
        ("F104", "to: $history", "to: plan/$history/$history"),
        ("F105", "from: paused", "from: [paused, nowhere]"),
        ("F105", "from: paused", "from: draft"),
        ("F106", "when: score > 3", "from: a"),
        ("F107", "paused: {}", "paused: {on_stuck: nowhere}"),
        ("F107", "paused: {}", "paused: {on_stuck: $history}"),
        ("F108", "final: true", "{final: true, next: [{to: a}]}"),
        ("F108", "final: true", "{final: true, collect: {x: {type: text, ask: Q}}}"),
        ("F108", "final: true", "{final: true, confirm: always}"),
        ("F109", "start: draft", "final: true"),
        # names
        ("F201", "paused: {}", "paused: {collect: {goal: {type: text, ask: Q}}}"),
        ("F202", "paused: {}", "paused: {collect: {turns_left: {type: text, ask: Q}}}"),
        ("F202", "paused: {}", "paused: {collect: {has: {type: text, ask: Q}}}"),
        ("F202", "paused: {}", "paused: {collect: {not: {type: text, ask: Q}}}"),
        ("F203", "when: score > 3", "forget: gaol"),
        ("F203", "when: score > 3", "forget: [goal, gaol]"),
        ("F204", "What?}", "What?, depends_on: [gaol]}"),
        ("F205", "What?}", "What?, depends_on: [goal]}"),
        ("F206", "choices: [web, mobile]", "from: itms"),
        ("F206", "choices: [web, mobile]", "from: goal"),
        ("F207", "when: score > 3", "when: scor > 3"),
        ("F207", "when: score > 3", "when: score >"),
        ("F207", "when: score > 3", "when: score.__class__ == 3"),
        ("F207", "when: score > 3", "when: is_free()"),
        ("F208", "when: score > 3", "do: os.getcwd"),
        ("F208", "paused: {}", "paused: {enter: greet}"),
        ("F208", "paused: {}", "paused: {exit: [greet]}"),
        # values
        ("F401", "score > 3", "score > 10"),
        ("F401", "score > 3", "score >= 11"),
        ("F401", "score > 3", "score < 0"),
        ("F401", "score > 3", "score == 11"),
        ("F401", "score > 3", "count(items) >= 5"),
        ("F401", "score > 3", "count(items) == 1"),
        ("F402", "score > 3", "pick == 'wbe'"),
        ("F402", "score > 3", "pick in ['web', 'wbe']"),
        ("F403", "What?}", "What?, min_words: 5, max_words: 3}"),
        ("F403", "How much?}", "How much?, lowest: 5, highest: 3}"),
        ("F405", "What?}", "What?, min_words: 2, examples: [two words, one]}"),
        ("F405", "mobile], ", "mobile], examples: [desktop], "),
        ("F306", "trigger: pause,", "trigger: back,"),
    ],
)
def test_a_planted_fault_is_found(code: str, old: str, new: str):
    """By its code, on its line, and nothing else is said to be wrong."""
    line = SOUND[: SOUND.index(old)].count("\n") + 1
    assert set(found(planted(old, new))) == {f"{line} {code}"}


# The same with an artifact; its parts have their own lines, too.
MADE = """\
flow: made
start: a
artifacts:
  plan:
    name: The plan
    from: [goal]
stages:
  a:
    collect:
      goal: {type: text, ask: What?}
      fine: {type: yesno, ask: Fine?, optional: true}
    next:
      - to: b
        when: has(goal) and (has(fine) or declined(fine))
  b:
    draft: [plan]
    next:
      - to: done
        when: fine
        approve: [plan]
        comment: goal
      - to: a
        when: not fine and artifact_status(plan) == 'pending_review'
        reject: plan
        forget: fine
  done: {final: true}
"""


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("F501", "approve: [plan]", "approve: [plna]"),
        ("F501", "reject: plan", "reject: plna"),
        ("F501", "approve: [plan]", "draft: [plan, plna]\n        approve: [plan]"),
        ("F502", "from: [goal]", "from: [gaol]"),
        ("F502", "comment: goal", "comment: gaol"),
        ("F505", "'pending_review'", "'pending'"),
        ("F505", "== 'pending_review'", "in ['approved', 'superseded']"),
        ("F506", "reject: plan", "{reject: plan, approve: plan}"),
        ("F506", "forget: fine", "comment: goal"),
        ("F207", "artifact_status(plan)", "artifact_status(plna)"),
        ("F207", "artifact_status(plan)", "artifact_status('plan')"),
        ("F207", "artifact_status(plan)", "artifact_status()"),
    ],
)
def test_a_fault_about_artifacts_is_found(code: str, old: str, new: str):
    """By its code; a name that is nearly right comes with the right one."""
    if code == "F506":
        old, new = "reject: plan\n", new.strip("{}").replace(", ", "\n        ") + "\n"
    assert MADE.count(old) == 1
    reading = read_flow(MADE.replace(old, new))
    assert {problem.code for problem in reading.problems} == {code}


def test_artifacts_without_a_fault_have_no_findings():
    """The flow that the faults are planted in."""
    assert found(MADE) == []


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("    draft: [plan]\n", "", "4 F503"),
        ("    from: [goal]\n", "    from: []\n", None),
        ("  plan:\n", "  d1:\n", "4 F507"),
        ("  a:\n    collect:", "  a:\n    draft: [plan]\n    collect:", None),
    ],
)
def test_a_definition_is_looked_at_as_well(old: str, new: str, finding: str | None):
    """Never drafted; called like an id. What is written anew is no fault."""
    lines = found(MADE.replace(old, new, 1))
    assert (finding in lines) if finding else lines == []


def test_a_draft_before_anything_is_asked_has_nothing_to_say():
    """Unless `from` names what it says."""
    early = MADE.replace("  a:\n    collect:", "  a:\n    draft: [plan]\n    collect:")
    assert found(early.replace("    from: [goal]\n", "")) == ["4 F504"]


def test_a_group_drafts_nothing():
    """Inside it nothing would draft again after a correction."""
    inside = "  b:\n    stages:\n      c: {next: [{to: done, when: fine}]}\n"
    assert found(MADE.replace("  b:\n", inside)) == ["18 F508"]


def marked(text: str) -> tuple[str, int]:
    """A flow's text, and the line that says `# here`."""
    line = next(n for n, words in enumerate(text.splitlines(), 1) if "# here" in words)
    return text, line


def stages(*lines: str, fields: str = "n: {type: rating, ask: Q, optional: true}") -> str:
    """A flow of stages a, b, …, one line each; stage z is final and collects nothing."""
    own = "\n".join(f"  {line}" for line in lines)
    return (
        f"flow: x\nstart: a\nstages:\n{own}\n  z: {{final: true}}\n"
        f"  fields: {{collect: {{{fields}}}, next: [{{to: z, when: n > 1}}]}}\n"
        "anywhere:\n  - {trigger: fields, to: fields}\n"
    )


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        (
            "F301",
            ("a: {next: [{to: z, when: n > 1}]}", "b: {next: [{to: z, when: n > 1}]}  # here"),
        ),
        ("F301", ("a: {next: [{to: z, when: n > 1}]}", "b: {stages: {c: {}, d: {}}}  # here")),
        ("F302", ("a: {}  # here",)),
        ("F302", ("a: {next: [{to: b, when: n > 1}]}", "b: {next: [{to: b, trigger: t}]}  # here")),
        ("F303", ("a:", "  next:", "    - to: z", "    - {to: b, when: n > 1}  # here", "b: {}")),
        (
            "F303",
            ("a:", "  next:", "    - {to: z, when: n>1}", "    - {to: z, when: n > 1}  # here"),
        ),
        (
            "F303",
            (
                "a:",
                "  next:",
                "    - {to: z, when: n > 1}",
                "    - {to: z, when: has(n) and n > 1}  # here",
            ),
        ),
        ("F304", ("a: {next: [{to: b}]}  # here", "b: {next: [{to: a}]}")),
        ("F304", ("a: {next: [{to: a}]}  # here",)),
        ("F304", ("a: {next: [{to: b}]}  # here", "b: {stages: {c: {}}, next: [{to: a}]}")),
        (
            "F305",
            ("a: {next: [{to: b, when: n > 1}]}  # here", "b: {next: [{to: a, when: n > 2}]}"),
        ),
        ("F404", ("a:", "  collect:", "    g: {type: text, ask: Q}  # here", "  next: [{to: z}]")),
        ("F406", ("a: {next: [{to: z, when: n > 1 and turns_left > 2}]}  # here",)),
    ],
)
def test_a_fault_in_the_ways_is_found(code: str, lines: tuple[str, ...]):
    """On the line of the rule or stage that is at fault."""
    text, line = marked(stages(*lines))
    assert f"{line} {code}" in found(text)


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        # left and entered by trigger only, with a way out that holds for every stage
        ("F302", ("a: {next: [{to: z, when: n > 1}, {to: b, trigger: t}]}", "b: {}")),
        ("F302", ("a: {on_stuck: z}",)),
        ("F303", ("a: {next: [{to: z, trigger: t}, {to: z, when: n > 1}]}",)),
        ("F303", ("a: {next: [{to: z, when: n > 1 or n < 9}, {to: z, when: n > 1}]}",)),
        (
            "F304",
            ("a: {next: [{to: b}]}", "b: {next: [{to: a, trigger: t}, {to: z, when: n > 1}]}"),
        ),
        ("F304", ("a: {next: [{to: b}]}", "b: {next: [{to: a, when: n > 1}]}")),
        (
            "F305",
            ("a: {next: [{to: b, when: n > 1}]}", "b: {next: [{to: a, when: n < 1, forget: n}]}"),
        ),
        ("F305", ("a: {next: [{to: b, when: n > 1}]}", "b: {next: [{to: a, when: asked(n) < 2}]}")),
        (
            "F305",
            ("a: {next: [{to: b, when: n > 1}]}", "b: {next: [{to: a, when: turns_in_stage > 2}]}"),
        ),
    ],
)
def test_what_is_no_fault_in_the_ways(code: str, lines: tuple[str, ...]):
    """Each comes close to a fault and is none."""
    assert not [finding for finding in found(stages(*lines)) if finding.endswith(code)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("score > 3", "count(items) == 0"),
        ("score > 3", "count(items) == 4"),
        ("score > 3", "score >= 10"),
        ("score > 3", "score <= 0"),
        ("score > 3", "pick == 'web'"),
        ("score > 3", "pick != 'web'"),
    ],
)
def test_what_can_come_true_is_no_fault(old: str, new: str):
    """The ends of a scale and of a list belong to it."""
    assert found(planted(old, new)) == []


def test_an_unknown_name_is_not_told_a_second_time_as_an_unreachable_stage():
    """Ways are followed only when every name holds."""
    text = planted("to: plan\n", "to: plann\n")
    assert found(text) == ["12 F103"]


def test_a_registered_guard_may_wait_for_fields_that_no_rule_names():
    """What Python code reads is not known."""
    registry = Registry(guards={"ready": lambda context: True})
    assert found(planted("has(goal) and has(score) and has(items)", "ready()"), registry) == []


def test_a_field_with_the_name_of_a_guard_is_told():
    """An expression could not tell them apart."""
    registry = Registry(guards={"goal": lambda context: True})
    assert "7 F202" in found(SOUND, registry)


def test_a_dependency_circle_over_several_fields_is_told_once():
    """With the whole way round."""
    text = planted("What?}", "What?, depends_on: [score]}")
    text = text.replace("How much?}", "How much?, depends_on: [items]}")
    text = text.replace("ask: Which?}", "ask: Which?, depends_on: [goal]}")
    messages = [p.message for p in read_flow(text).problems]
    assert messages == ["'depends_on' goes round in a circle: goal -> score -> items -> goal"]


# -- templates -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sound/plan/draft", "sound/plan", "sound/general", "general"])
def test_a_stage_finds_the_template_of_what_is_around_it(name: str):
    """Its own, its group's, the flow's, the general one."""
    lines = found(SOUND, templates={name}.__contains__)
    assert "17 F209" not in lines
    assert bool(lines) == (not name.endswith("general"))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("paused: {}", "Tried: sound/paused, sound/general, general."),
        ("paused: {template: mine/own}", "no template 'mine/own'"),
    ],
)
def test_a_stage_without_template_is_told(change: str, says: str):
    """With the names that were tried."""
    reading = read_flow(planted("paused: {}", change), templates=lambda name: "/plan" in name)
    assert any(p.code == "F209" and says in p.message for p in reading.problems)


# -- the table and flows made in Python ------------------------------------------------------


def test_every_rule_has_its_code_and_sentence():
    """For `coach flow check` and the documentation."""
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))
    assert all(rule.sentence.endswith(".") for rule in RULES)


def test_a_flow_made_in_python_is_checked_too():
    """A finding has its place in the document, though there are no lines."""
    flow = Flow(flow="x", start="a", stages={"a": Stage(enter=("greet",))})
    errors = [finding for finding in check_flow(flow) if finding.level == "error"]
    assert [(e.code, e.location) for e in errors] == [("F208", ("stages", "a", "enter", 0))]
    assert str(errors[0]).startswith("stages.a.enter.0: F208 no action 'greet'")


def test_a_flow_brings_its_own_registry():
    """No registry need be given again."""
    registry = Registry(actions={"greet": lambda context: None})
    flow = parse_flow(planted("paused: {}", "paused: {enter: greet}"), registry=registry)
    assert check_flow(flow) == []


def test_many_stages_are_checked_in_one_pass():
    """A thousand stages in a row: nothing here is quadratic in a way that hurts."""
    chain = {f"s{n}": Stage(next=({"to": f"s{n + 1}"},)) for n in range(1_000)}  # type: ignore[arg-type]
    flow = Flow(flow="x", start="s0", stages={**chain, "s1000": Stage(final=True)})
    assert check_flow(flow) == []
