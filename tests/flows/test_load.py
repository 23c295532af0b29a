"""Flow files: every problem of a file at once, each with its line."""

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.errors import FlowFileError, FlowNotFound
from coach.flows.flow import Flow, Stage, Transition
from coach.flows.load import load_flow, parse_flow, read_flow
from coach.flows.registry import Registry
from coach.flows.source import MAX_BYTES, read_document
from coach.vocabulary.fields import ListField, TextField

SMALL = """\
flow: small
start: a
stages:
  a:
    collect:
      goal: {type: text, ask: What?}
    next:
      - {to: b, when: has(goal)}
  b: {final: true}
"""
BOMB = "".join(
    f"{name}: &{name} [{','.join([f'*{below}'] * 9) if below else 'x'}]\n"
    for name, below in zip("abcdefgh", ["", *"abcdefg"], strict=True)
)


def problems(text: str, suffix: str = ".yaml", registry: Registry | None = None) -> list[str]:
    """'line code' of every error, in order."""
    with pytest.raises(FlowFileError) as caught:
        parse_flow(text, "f.yaml", suffix, registry or Registry())
    return [f"{problem.line} {problem.code}" for problem in caught.value.problems]


def test_a_flow_is_read():
    """The data of the file is the data of the flow."""
    flow = parse_flow(SMALL)
    assert flow.id == "small@1"
    assert flow.fields["goal"].ask == "What?"
    assert flow.places["a"].next[0].when == "has(goal)"


def test_the_registry_travels_with_the_flow():
    """Guards and actions that the file names are bound when it is loaded."""
    registry = Registry(actions={"greet": lambda context: None})
    flow = parse_flow(SMALL.replace("b: {", "b: {enter: greet, "), registry=registry)
    assert flow.registry is registry


# -- YAML ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("!!python/object/apply:os.getcwd []", "1 F006"),
        ("flow: !!python/name:os.getcwd ''", "1 F006"),
        ("flow: x\nstart: !mine a", "2 F006"),
        ("flow: x\nabout: ! text", "2 F006"),
        ("flow: x\nstart: &a a", "2 F005"),
        ("flow: x\nstart: *a", "2 F005"),
        ("flow: x\n<<: {start: a}", "2 F005"),
        ("states: [a, b]\nstates: [a]", "2 F004"),
        ("flow: x\n1: y", "2 F007"),
        ("flow: x\ntrue: y", "2 F007"),
        ("flow: x\nnull: y", "2 F007"),
        ("flow: x\n? [a, b]\n: y", "2 F007"),
        ("flow: x\n? {a: b}\n: y", "2 F007"),
        ("flow: x\nversion: .nan", "2 F008"),
        ("flow: x\nversion: -.INF", "2 F008"),
        ("flow: x\nversion: 1e999", "2 F008"),
        ("flow: x\nversion: " + "9" * 5_000, "2 F008"),
        ('flow: x\nabout: "a\\0b"', "2 F008"),
        ("flow: x\n---\nflow: y", "2 F009"),
        ("a: " + "[" * 100_000, "1 F010"),
        ("a: " + "{" * 100_000, "1 F010"),
        ("a: [" + "x," * 30_000 + "]", "1 F010"),
        ("flow: x\nabout: a: b", "2 F002"),
        ("flow: 'x\n", "2 F002"),
        ("\tflow: x", "1 F002"),
        ("flow: x\nabout: \x01", "2 F001"),
        ("flow: \ud800", "1 F001"),
        ("x" * (MAX_BYTES + 1), "1 F001"),
        ("", "1 F003"),
        (" \n\n", "1 F003"),
        ("# only a comment", "1 F003"),
        ("null", "1 F003"),
        ("- flow: x", "1 F003"),
        ("just words", "1 F003"),
    ],
)
def test_what_yaml_may_not_hold(text: str, found: str):
    """Each is refused by its line; nothing of it is ever constructed."""
    assert found in problems(text)


def test_an_alias_bomb_is_refused_where_it_begins():
    """No alias is followed, so nothing grows."""
    assert problems(BOMB)[0] == "1 F005"


@pytest.mark.parametrize(
    "word",
    [
        *("yes", "no", "on", "off", "True", "FALSE", "Null", "1:30", "2026-06-01"),
        *("0x1F", "0o17", "017", "1_000", "1.2.3", "=", "e5", "+", "."),
    ],
)
def test_words_stay_words(word: str):
    """YAML 1.1 would make booleans, times, dates and octals of these."""
    assert read_document(f"a: {word}", "f", ".yaml").data == {"a": word}


@pytest.mark.parametrize(
    ("word", "value"),
    [
        *(("true", True), ("false", False), ("null", None), ("~", None), ("", None)),
        *(("7", 7), ("-7", -7), ("+7", 7), ("0", 0), ("-1.5", -1.5), ("1e3", 1000.0)),
        *((".5", 0.5), ("2.", 2.0), ("'7'", "7"), ('"true"', "true")),
        *(("|\n  a\n  b", "a\nb"), (">-\n  a\n  b", "a b")),
    ],
)
def test_values_have_their_type(word: str, value: object):
    """true, false, null and decimals; quotes make words."""
    data = read_document(f"a: {word}", "f", ".yaml").data
    assert data == {"a": value}
    assert type(data["a"]) is type(value)


def test_every_key_and_value_has_its_line():
    """By path; a map or list has the line of its key, and a place unknown that around it."""
    document = read_document("a:\n  b:\n    - x\n    - c: >\n        y\nd:\n  1.5", "f", ".yaml")
    paths = [("a",), ("a", "b"), ("a", "b", 0), ("a", "b", 1, "c"), ("d",), ("a", "b", "z"), ()]
    assert [document.line(path) for path in paths] == [1, 2, 3, 4, 7, 2, 1]
    assert document.line(("d",), of_key=True) == 6


# -- JSON ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"flow": "x",\n}', "2 F002"),
        ("{flow: x}", "1 F002"),
        ("{'flow': 'x'}", "1 F002"),
        ('{"flow": "x"} {}', "1 F002"),
        ('{"flow": "x",\n "flow": "y"}', "2 F004"),
        ('{"flow": "x",\n "version": NaN}', "2 F008"),
        ('{"flow": "x",\n "version": -Infinity}', "2 F008"),
        ('{"flow": "x",\n "version": ' + "9" * 5_000 + "}", "2 F008"),
        ('{"flow": "x",\n "version": 1e999}', "2 F008"),
        ('{"flow": "x",\n "about": "\\ud800"}', "2 F008"),
        ('{"flow": "x",\n "about": "a\\u0000b"}', "2 F008"),
        ('{"a":' * 100_000, "1 F010"),
        ('{"a":' * 50 + "1" + "}" * 50, "1 F010"),
        ("", "1 F003"),
        ("[]", "1 F003"),
        ("null", "1 F003"),
    ],
)
def test_what_json_may_not_hold(text: str, found: str):
    """Python's own parser would take most of these, or raise something of its own."""
    assert found in problems(text, ".json")


def test_json_escapes_and_lines_are_kept():
    """Surrogate pairs are one character, and keys have their lines."""
    text = '{"a": "\\ud83d\\ude00 \\"{[\\u00e9",\n "b": [true, null, -1.5,\n 2]}'
    document = read_document(text, "f", ".json")
    assert document.data == {"a": '😀 "{[é', "b": [True, None, -1.5, 2]}
    assert document.line(("b", 3)) == 3


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.text("ab é😀\"'\\{}:,#", max_size=8)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("ab:{", max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=3), json_values, min_size=1, max_size=3), st.booleans())
def test_json_is_read_as_python_reads_it(data: dict, ascii_only: bool):
    """Valid JSON gives the very same data."""
    text = json.dumps(data, ensure_ascii=ascii_only, indent=1)
    document = read_document(text, "f", ".json")
    if not document.problems:
        assert document.data == data


# -- files -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("big.yaml", b"x" * 10_000_000, "10,000,000 bytes; a flow file has at most 1,000,000"),
        ("binary.yaml", b"\x7fELF\0\0", "NUL bytes"),
        ("utf16.yaml", "flow: x".encode("utf-16"), "NUL bytes"),
        ("latin.yaml", "flow: x\nabout: é".encode("latin-1"), r"latin.yaml:2: F001 is not UTF-8"),
        ("flow.toml", b"flow = 1", "'.toml' is no format of flow files. Known: .yaml, .yml, .json"),
        ("empty.yml", b"", "the file is empty"),
    ],
)
def test_files_that_are_no_flow_files(tmp_path: Path, name: str, content: bytes, says: str):
    """Each is answered with what it is."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FlowFileError, match=says):
        load_flow(tmp_path / name)


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path):
    """Some editors put one."""
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8-sig")
    assert load_flow("small", folders=[tmp_path]).name == "small"


def test_a_flow_that_is_not_there(tmp_path: Path):
    """Names and paths are told apart from files that are wrong."""
    with pytest.raises(FlowNotFound, match="no flow 'small'"):
        load_flow("small", folders=[tmp_path])


# -- shape -----------------------------------------------------------------------------------


def edited(old: str, new: str) -> str:
    assert old in SMALL
    return SMALL.replace(old, new)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("stages:", "states:", "3: F020 unknown key 'states' in the flow. Did you mean 'stages'?"),
        ("    next:", "    on:", "7: F020 unknown key 'on' in stage 'a'. Known: collect, "),
        ("when:", "wen:", "8: F020 unknown key 'wen' in rule 1 of stage 'a'. Did you mean 'when'?"),
        (
            "ask: What?",
            "ask: Q, min_wrds: 2",
            "6: F020 unknown key 'min_wrds' in field 'goal'. Did",
        ),
        ("{to: b,", "{to: b, origins: a,", "unknown key 'origins' in rule 1 of stage 'a'."),
        (
            "type: text",
            "type: txt",
            "6: F023 field 'goal' has the unknown type 'txt'. Did you mean",
        ),
        (
            "stages:",
            "artifacts: {plan: {name: Plan, form: goal}}\nstages:",
            "3: F020 unknown key 'form' in artifact 'plan'. Did you mean 'from'?",
        ),
        ("stages:", "artifacts: {plan: {}}\nstages:", "3: F021 artifact 'plan' needs 'name'"),
        (
            "stages:",
            "artifacts: {plan: {name: ' '}}\nstages:",
            "3: F022 'name' of artifact 'plan' must be text that is not empty, not ' '",
        ),
        (
            "{to: b,",
            "{to: b, approve: plan, aprove: x,",
            "unknown key 'aprove' in rule 1 of stage 'a'. Did you mean 'approve'?",
        ),
        ("type: text, ", "", "6: F021 field 'goal' needs 'type': one of text, number, rating"),
        (", ask: What?", "", "6: F021 field 'goal' needs 'ask'"),
        ("flow: small\n", "", "1: F021 the flow needs 'flow'"),
        ("{to: b, ", "{", "8: F021 rule 1 of stage 'a' needs 'to'"),
        ("small", "Small One", "1: F022 'flow' must be a name (small letters, digits and _, start"),
        ("b: {", "B!: {", "9: F022 'B!' is no name: use small letters"),
        ("goal: {", "Goal: {", "6: F022 'Goal' is no name"),
        (
            "{final: true}",
            "",
            "9: F022 stage 'b' must be a map, not nothing (write {} for an empty",
        ),
        (
            "final: true",
            "final: yes",
            "9: F022 'final' of stage 'b' must be true or false, not 'yes'",
        ),
        ("final: true", "final: 1", "9: F022 'final' of stage 'b' must be true or false, not 1"),
        ("final: true", "final: maybe", "9: F022 'final' of stage 'b' must be true or false, not"),
        ("final: true", "enter: [5]", "9: F022 item 1 of 'enter' of stage 'b' must be text, not 5"),
        (
            "final: true",
            "confirm: below x",
            "9: F022 'confirm' of stage 'b' is not valid: write 'bel",
        ),
        ("start: a", "start: a\nversion: '2'", "3: F022 'version' must be a whole number, not '2'"),
        ("final: true", "confirm: true", "9: F022 'confirm' of stage 'b' must be a number, not t"),
        ("start: a", "start: a\nversion: 0", "3: F022 'version' must be at least 1, not 0"),
        ("start: a", "start: a\nbudget: 5", "3: F022 'budget' must be a map, not 5"),
        (
            "start: a",
            "start: a\nguard_errors: no",
            "3: F022 'guard_errors' must be 'raise' or 'bloc",
        ),
        (
            "start: a",
            "start: a\nanywhere: [5]",
            "3: F022 rule 1 of 'anywhere' must be a map, not 5",
        ),
        ("ask: What?", "ask: ''", "6: F022 'ask' of field 'goal' must be text that is not empty"),
        (
            "ask: What?",
            "ask: Q, default: {}",
            "6: F022 'default' of field 'goal' must be text, a num",
        ),
        ("ask: What?", "ask: Q, default: ' '", "6: F022 field 'goal' is not valid: default ' '"),
        (
            "ask: What?",
            "ask: Q, min_words: 1.0",
            "6: F022 'min_words' of field 'goal' must be a whole",
        ),
    ],
)
def test_a_wrong_shape_is_told_in_a_sentence(old: str, new: str, says: str):
    """With path, line, the thing by name, and what would have worked."""
    with pytest.raises(FlowFileError) as caught:
        parse_flow(edited(old, new), "my.yaml")
    assert f"my.yaml:{says}" in str(caught.value) or says in str(caught.value)
    assert "pydantic" not in str(caught.value)
    assert "Input should" not in str(caught.value)


@pytest.mark.parametrize("key", ["call", "give", "take", "context", "on_error"])
def test_keys_of_a_stage_that_come_later_are_refused_by_name(key: str):
    """They are known and not there yet: never ignored, never merely unknown."""
    with pytest.raises(FlowFileError, match=rf"9: F024 '{key}' of stage 'b': .* not part of this"):
        parse_flow(edited("{final: true}", f"{{final: true, {key}: x}}"))


@pytest.mark.parametrize("key", ["migrations", "safety"])
def test_keys_of_a_flow_that_come_later_are_refused_by_name(key: str):
    """They are known and not there yet: never ignored, never merely unknown."""
    with pytest.raises(FlowFileError, match=rf"1: F024 '{key}' of the flow: .* not part of"):
        parse_flow(f"{key}: {{}}\n{SMALL}")


def test_all_problems_of_a_file_are_told_at_once():
    """Broken YAML values, wrong shapes and names that lead nowhere, in the order of lines."""
    text = (
        "flow: x\nflow: y\nstart: b\nstages:\n  a:\n    colect: {}\n    collect:\n"
        "      goal: {type: text, optional: yes}\n      n: {type: number, ask: !s x}\n"
        "    next:\n      - {to: b, when: has(gaol), do: os.getcwd}\n      - {to: c}\n"
    )
    found = "2 F004, 3 F101, 6 F020, 8 F022, 8 F021, 9 F006, 11 F103, 11 F207, 11 F208, 12 F103"
    assert sorted(problems(text)) == sorted(found.split(", "))


def test_a_callback_is_a_name_in_the_registry_and_never_an_import():
    """`transitions` would import os and call it."""
    text = edited("{final: true}", "{enter: os.getcwd, final: true}")
    assert problems(text) == ["9 F208"]


def test_warnings_do_not_keep_a_flow_from_loading():
    """They are told beside it."""
    reading = read_flow(edited("{final: true}", "{}"))
    assert reading.flow is not None
    assert [problem.level for problem in reading.problems] == ["warning"]
    assert reading.errors == ()


# -- any text --------------------------------------------------------------------------------

FRAGMENTS = st.lists(
    st.sampled_from([*SMALL.splitlines(keepends=True), "  ", "{", "- ", "&a ", ": "])
)


@settings(deadline=None)
@given(st.text() | FRAGMENTS.map("".join), st.sampled_from([".yaml", ".json", ".txt", ""]))
def test_no_text_raises_anything_but_flow_file_error(text: str, suffix: str):
    """Whatever is thrown at it."""
    with contextlib.suppress(FlowFileError):
        parse_flow(text, suffix=suffix)


KEYS = st.sampled_from(
    [
        *("a", "stages", "collect", "next", "to", "when", "from", "type", "ask", "default"),
        *("start", "final", "forget", "depends_on", "metadata", "budget", "call"),
    ]
)
shapes = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["a", "text", "$history", "x >", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            KEYS,
            inner,
            max_size=5,
        )
    ),
    max_leaves=30,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["flow", "start", "stages", "anywhere", "budget"]), shapes))
def test_no_shape_raises_anything_but_flow_file_error(data: dict):
    """Keys that mean something, in places where they do not."""
    reading = read_flow(json.dumps(data), suffix=".json")
    assert all(problem.line for problem in reading.problems)
    assert (reading.flow is None) == bool(reading.errors)


# -- three ways to write a flow --------------------------------------------------------------


@given(
    st.text("abc é:#-'\"\n", min_size=1).filter(str.strip),
    st.integers(1, 9),
    st.booleans(),
    st.sampled_from([None, 0.8]),
)
def test_yaml_json_and_python_make_the_same_flow(ask, words, optional, confirm):
    """Equal content has an equal hash, however it was written."""
    import yaml

    goal = TextField(type="text", ask=ask, min_words=words, optional=optional, confirm=confirm)
    things = ListField(type="list", ask="Which?", at_least=2)
    rule = Transition(to="b", when="has(goal) and has(things)", forget=("goal",))
    start = Stage(collect={"goal": goal, "things": things}, next=(rule,))
    flow = Flow(flow="x", start="a", stages={"a": start, "b": Stage(final=True)})
    data = flow.to_dict()
    assert parse_flow(json.dumps(data), suffix=".json").hash == flow.hash
    assert parse_flow(yaml.safe_dump(data, allow_unicode=True)).hash == flow.hash
