"""From what a builder names as the llm to something that answers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from coach.errors import LlmAddressError, LlmDenied, LlmNotInstalled
from coach.llms.addresses import open_llm
from coach.vocabulary.llm import Completion, LlmRequest, Tell

ROOT = Path(__file__).parents[2]
KEY = SecretStr("pa55word")


class Own:
    """An llm of somebody's own."""

    name = "own"

    async def answer(self, request: LlmRequest, tell: Tell | None = None) -> Completion:
        return Completion(text="Hello.")


def a_function(request: LlmRequest) -> str:
    return "Hello."


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("openai:gpt-5.2", "openai:gpt-5.2"),
        ("ollama:llama3.2:1b", "ollama:llama3.2:1b"),
        ("deepseek:deepseek-chat", "deepseek:deepseek-chat"),
        ("openai_compatible:http://h:8000/v1#a/b", "openai_compatible:http://h:8000/v1#a/b"),
        ("openai_compatible:http://h:8000#a", "openai_compatible:http://h:8000/v1#a"),
        ("openai_compatible:http://h:8000/#a", "openai_compatible:http://h:8000/v1#a"),
        ("openai_compatible:https://h/api/#a#b", "openai_compatible:https://h/api#a#b"),
        ("openai_compatible:http://[::1]:1#a", "openai_compatible:http://[::1]:1/v1#a"),
        ("openai_compatible:http://ada:pa55@h#a", "openai_compatible:http://h/v1#a"),
    ],
)
def test_an_address_opens_an_llm_of_that_name(address: str, name: str) -> None:
    """`/v1` is added where there is no path; a password is in no name."""
    env = {"OPENAI_API_KEY": "x"}
    os.environ["DEEPSEEK_API_KEY"] = "x"
    try:
        llm = open_llm(address, env=env)
    finally:
        del os.environ["DEEPSEEK_API_KEY"]
    assert llm.name == name
    assert "pa55" not in repr(llm)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("openia:gpt-5.2", "there is no llm provider 'openia'. Did you mean 'openai'?"),
        ("openai-compatible:http://h#a", "Did you mean 'openai_compatible'?"),
        ("ofline:", "'ofline' names no llm"),
        ("gpt-5.2", "an llm's address is PROVIDER:NAME"),
        ("", "an llm's address is PROVIDER:NAME"),
        ("openai:", "'openai' names no llm: openai:NAME"),
        (
            "openai_compatible:http://h:8000",
            "'openai_compatible:http://h:8000/v1' names no llm: add",
        ),
        ("openai_compatible:h:8000#a", "begins with http:// or https:// and a host"),
        ("openai_compatible:file:///etc/passwd#a", "begins with http:// or https:// and a host"),
        ("openai_compatible:http://h:port#a", "the URL cannot be read"),
        ("openai_compatible:http://h?key=pa55#a", "has no ?query; a key belongs in COACH_LLM_KEY"),
        ("http://h:8000/v1", "a server's address is openai_compatible:URL#NAME"),
    ],
)
def test_a_wrong_address_says_what_would_be_right(address: str, says: str) -> None:
    """With the nearest word where there is one."""
    with pytest.raises(LlmAddressError) as caught:
        open_llm(address, env={"OPENAI_API_KEY": "x"})
    assert says in str(caught.value)
    assert "pa55" not in str(caught.value)


def test_a_key_in_the_place_of_an_address_is_not_shown() -> None:
    """Everybody pastes wrong once."""
    with pytest.raises(LlmAddressError) as caught:
        open_llm("sk-proj-pa55pa55pa55", env={})
    assert "pa55" not in str(caught.value)


def test_a_missing_key_is_said_at_once() -> None:
    """With the variable that is to hold it; a key of the settings will do."""
    with pytest.raises(LlmDenied, match=r"gpt-5\.2' needs a key: set OPENAI_API_KEY"):
        open_llm("openai:gpt-5.2", env={})
    assert open_llm("openai:gpt-5.2", key=KEY, env={}).name == "openai:gpt-5.2"


def test_a_missing_key_of_any_provider_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """As its library names it."""
    monkeypatch.delenv("DEEPSEEK_API_KEY", raising=False)
    with pytest.raises(LlmDenied, match="'deepseek:chat' needs a key: set DEEPSEEK_API_KEY"):
        open_llm("deepseek:chat")


def test_a_provider_whose_library_is_missing_names_the_command() -> None:
    """Of the provider's own library."""
    with pytest.raises(LlmNotInstalled) as caught:
        open_llm("bedrock:claude")
    command = "pip install 'pydantic-ai-slim[bedrock]'"
    assert str(caught.value) == f"'bedrock:claude' needs a library: {command}"


def test_an_llm_is_taken_as_it_is() -> None:
    """Anything with a name and an answer."""
    own = Own()
    assert open_llm(own) is own


def test_a_callable_is_wrapped() -> None:
    """Under its own name."""
    assert open_llm(a_function).name == "callable:a_function"


@pytest.mark.parametrize(
    ("what", "kind"), [(Own, "not the class Own"), (7, "not a int"), (None, "not a NoneType")]
)
def test_what_is_no_llm_is_refused(what: object, kind: str) -> None:
    """A class too, which is callable and answers nothing."""
    with pytest.raises(LlmAddressError, match=kind):
        open_llm(what)


@pytest.mark.parametrize("hidden", ["pydantic_ai", "openai"])
def test_without_the_extra_there_is_one_line_with_the_command(hidden: str) -> None:
    """And a wrong address is still a wrong address."""
    code = f"""
import sys
sys.modules[{hidden!r}] = None
from coach.errors import CoachError
from coach.llms.addresses import open_llm
for address in ("openai:gpt-5.2", "openia:gpt-5.2"):
    try:
        open_llm(address, env={{"OPENAI_API_KEY": "x"}})
    except CoachError as error:
        print(type(error).__name__, error, "|", error.__cause__)
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    missing, wrong = done.stdout.splitlines()
    says = "LlmNotInstalled 'openai:gpt-5.2' needs a library: pip install 'coachflow[llm]' | None"
    assert missing == says
    assert wrong.startswith("LlmAddressError there is no llm provider 'openia'. Did you mean")
