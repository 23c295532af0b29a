"""The file of a cassette: readable, and the same again when it is read."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coach.errors import InputError
from coach.testing.cassette_file import Recording, read_recordings, write_recordings
from coach.vocabulary.llm import (
    Completion,
    Finish,
    LlmMessage,
    LlmRequest,
    OutputSpec,
    Purpose,
    ToolCall,
    ToolSpec,
    Usage,
)
from coach.vocabulary.words import Role

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
NUMBERS = st.integers(0, 9)
CALLS = st.builds(ToolCall, id=TEXTS, name=TEXTS, arguments=TEXTS)
SCHEMAS = st.dictionaries(TEXTS, st.recursive(st.none() | TEXTS | NUMBERS, st.lists), max_size=3)
MESSAGES = st.builds(
    LlmMessage,
    role=st.sampled_from(Role),
    content=TEXTS,
    tool_calls=st.lists(CALLS, max_size=2).map(tuple),
    tool_call_id=st.none() | TEXTS,
    cache=st.booleans(),
)
REQUESTS = st.builds(
    LlmRequest,
    purpose=st.sampled_from(Purpose),
    messages=st.lists(MESSAGES, max_size=3).map(tuple),
    output=st.none() | st.builds(OutputSpec, name=TEXTS, parameters=SCHEMAS),
    tools=st.lists(st.builds(ToolSpec, name=TEXTS, parameters=SCHEMAS), max_size=2).map(tuple),
    max_tokens=st.none() | NUMBERS,
)
ANSWERS = st.builds(
    Completion,
    text=TEXTS,
    tool_calls=st.lists(CALLS, max_size=2).map(tuple),
    usage=st.none() | st.builds(Usage, input_tokens=NUMBERS),
    model=TEXTS,
    finish=st.sampled_from(Finish),
)
RECORDINGS = st.builds(
    Recording, request=REQUESTS, answers=st.lists(ANSWERS, min_size=1, max_size=2).map(tuple)
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(RECORDINGS, max_size=3))
def test_what_is_written_is_read(tmp_path: Path, recordings: list[Recording]) -> None:
    """Any request and any answer, to the last line break."""
    path = tmp_path / "new" / "cassette.json"
    write_recordings(path, recordings)
    assert read_recordings(path) == recordings
    assert [one.name for one in path.parent.iterdir()] == ["cassette.json"]


def test_a_file_reads_well(tmp_path: Path) -> None:
    """What is as usual is left out, and lines stand below each other."""
    message = LlmMessage(role=Role.SYSTEM, content="You are a coach.\nBe kind.")
    request = LlmRequest(purpose=Purpose.SPEAK, messages=(message,))
    path = tmp_path / "cassette.json"
    write_recordings(path, [Recording(request=request, answers=(Completion(text="Schön."),))])
    assert json.loads(path.read_text()) == {
        "cassette": 1,
        "recordings": [
            {
                "request": {
                    "purpose": "speak",
                    "messages": [{"role": "system", "content": ["You are a coach.", "Be kind."]}],
                },
                "answers": [{"text": "Schön."}],
            }
        ],
    }
    assert '"Schön."' in path.read_text()


def test_no_file_has_no_recordings(tmp_path: Path) -> None:
    """It is made when there is something to record."""
    assert read_recordings(tmp_path / "none.json") == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{\n"cassette": 1,,}', "cassette.json:2: not valid JSON"),
        ("[]", "cassette.json:1: no cassette of version 1"),
        ('{"cassette": 2}', "no cassette of version 1"),
        ('{"cassette": 1}', "`recordings` is a list"),
        ('{"cassette": 1, "recordings": [1]}', "recording 1: "),
        (
            '{"cassette": 1, "recordings": [{"request": {"purpose": "sing", "messages": []}}]}',
            r"recording 1: request\.purpose: Input should be 'hear'",
        ),
        (
            '{"cassette": 1, "recordings": [{"answers": 1, "request": {"messages": [1]}}]}',
            r"recording 1: request\.",
        ),
    ],
)
def test_a_file_that_cannot_be_used_says_where(tmp_path: Path, text: str, problem: str) -> None:
    """Whoever has edited it."""
    path = tmp_path / "cassette.json"
    path.write_text(text)
    with pytest.raises(InputError, match=problem):
        read_recordings(path)
