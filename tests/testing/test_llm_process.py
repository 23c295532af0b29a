"""The fake server as a process of its own."""

import json
from pathlib import Path

import openai
import pytest

from coach.errors import InputError, LlmUnavailable
from coach.testing import Fault, LlmProcess
from coach.testing.llm_process import read_script


async def said(url: str) -> str | None:
    async with openai.AsyncOpenAI(base_url=url, api_key="x", max_retries=0) as client:
        done = await client.chat.completions.create(
            model="fake", messages=[{"role": "user", "content": "hi"}]
        )
    return done.choices[0].message.content


async def test_it_prints_its_address_serves_and_dies(tmp_path: Path) -> None:
    """First the script, then its words."""
    script = tmp_path / "script.json"
    script.write_text(json.dumps(["first", {"fault": "status", "status": 503}]))
    with LlmProcess("--script", str(script), "--words", "then") as server:
        assert await said(server.url) == "first"
        with pytest.raises(openai.InternalServerError):
            await said(server.url)
        assert await said(server.url) == "then"
        server.kill()
        with pytest.raises(openai.APIConnectionError):
            await said(server.url)


def test_a_process_that_does_not_start_says_so(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """What it wrote stands where errors are written."""
    with pytest.raises(LlmUnavailable, match="does not start"):
        LlmProcess("--hear", str(tmp_path / "none.json")).__enter__()
    assert "none.json: cannot be read" in capfd.readouterr().err


def test_a_script_on_file_has_answers_and_faults(tmp_path: Path) -> None:
    """By name, with their options."""
    path = tmp_path / "script.json"
    path.write_text('["hi", {"n": 1}, {"fault": "hang", "seconds": 2}]')
    text, output, fault = read_script(path)
    assert (text, output) == ("hi", {"n": 1})
    assert isinstance(fault, Fault)
    assert fault.name == "hang"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{}", "a script is a list"),
        ('["a",\n]', ":2: not valid JSON"),
        ('[{"fault": "hangs"}]', "Did you mean 'hang'"),
    ],
)
def test_a_script_that_cannot_be_used_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    """With its place."""
    path = tmp_path / "script.json"
    path.write_text(text)
    with pytest.raises(InputError, match=problem):
        read_script(path)
