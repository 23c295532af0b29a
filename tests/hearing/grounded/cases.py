"""The cases of annomi.yaml and star.yaml, with the words that they only point at."""

import csv
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from coach.flows.flow import Flow
from coach.flows.load import load_flow
from coach.hearing.llm import Understood, read
from coach.vocabulary.situation import Situation
from tests.hearing.conftest import A_MONDAY
from tests.real.place import DATA

HERE = Path(__file__).parent
EDGE = " .,;:!?'\"()"
CORPORA = {"annomi": ("change",), "star": ("doctor", "party", "ride")}
WRAPS = {
    "fence": "```json\n{}\n```",
    "prose": "Here is what I heard: {}\nIs there anything else?",
    "twice": "{} {}",
    "broken": '{"commands": [{"command": "set", "field": ',
}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One utterance with what an llm might answer, and what becomes of each command."""

    corpus: str
    at: str
    llm: tuple[dict[str, Any], ...]
    becomes: tuple[str, ...]
    asks: str | None
    answered: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    wrap: str | None = None
    why: str = ""
    limit: str = ""

    @property
    def text(self) -> str:
        return utterances(self.corpus)[self.at][0]

    @property
    def answer(self) -> str:
        """The llm's answer, with the words in place."""
        plain = json.dumps({"commands": [self._item(data) for data in self.llm]})
        return WRAPS[self.wrap].replace("{}", plain) if self.wrap else plain

    @property
    def situation(self) -> Situation:
        flow = flow_of(self.corpus, self.at)
        found = flow.situation(flow.begin(now=A_MONDAY).context, A_MONDAY)
        told = {"asks": self.asks, "answered": frozenset(self.answered), "earlier": self.earlier}
        return found.model_copy(update=told)

    def heard(self) -> Understood:
        return read(self.situation, self.text, self.answer)

    def _item(self, data: dict[str, Any]) -> dict[str, Any]:
        command, target = next(iter(data.items()))
        item = {"command": command, **{k: v for k, v in data.items() if k != command}}
        if command in ("set", "decline"):
            item["field"] = target
        elif target is not None:
            item["quote"] = target
        if isinstance(item.get("value"), list):
            item["value"] = self._value(item["value"])
        if "quote" in item:
            item["quote"] = self._words(item["quote"])
        return item

    def _value(self, value: list[Any]) -> Any:
        """A place in the utterance, or a list of them and of plain words."""
        if isinstance(value[0], int):
            return self._words(value).strip(EDGE)
        return [self._words(item).strip(EDGE) if isinstance(item, list) else item for item in value]

    def _words(self, place: Any) -> str:
        """[first, end], of the utterance, of the one before it, or turned round."""
        text, before = utterances(self.corpus)[self.at]
        if isinstance(place, list):
            return " ".join(text.split()[slice(*place)])
        if "coach" in place:
            return " ".join(before.split()[slice(*place["coach"])])
        return " ".join(reversed(text.split()[slice(*place["mixed"])]))


def cases() -> list[Case]:
    """All of them, in the order of the files."""
    return [
        Case(**{**case, "corpus": corpus, "llm": tuple(case["llm"])})
        for corpus in CORPORA
        for case in yaml.safe_load((HERE / f"{corpus}.yaml").read_text())
    ]


@cache
def flow_of(corpus: str, at: str) -> Flow:
    """The flow that an utterance is heard in."""
    name = next((flow for flow in CORPORA[corpus] if at.startswith(flow)), CORPORA[corpus][0])
    return load_flow(HERE / f"{name}.yaml")


@cache
def utterances(corpus: str) -> dict[str, tuple[str, str]]:
    """Each utterance by its place, with the one before it."""
    return _annomi() if corpus == "annomi" else _star()


def _annomi() -> dict[str, tuple[str, str]]:
    found, before = {}, ""
    with (DATA / "annomi" / "AnnoMI-simple.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            text = row["utterance_text"]
            found[f"{row['transcript_id']}/{row['utterance_id']}"] = text, before
            before = text
    return found


def _star() -> dict[str, tuple[str, str]]:
    found = {}
    for path in sorted((DATA / "star").glob("*.[0-9]*.json")):
        before = ""
        for n, event in enumerate(json.loads(path.read_text())["Events"]):
            text = event.get("Text") or ""
            found[f"{path.stem}/{n}"] = text, before
            before = text or before
    return found
