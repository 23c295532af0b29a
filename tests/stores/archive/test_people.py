"""What is kept of a person, as a file."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from coach.aio import AsyncBot
from coach.bot import Bot
from coach.errors import InvalidId
from coach.flows.flow import Flow
from coach.record.parties import Parties
from coach.stores.archive.lines import Reading
from coach.stores.erasing import look


def test_every_row_of_a_person_is_in_the_file(make_bot: Callable[..., Bot], tmp_path: Path):
    """As many as are counted, and none of anybody else's."""
    bot = make_bot()
    for user, text in (("ada", "run"), ("ben", "swim"), ("ada", "fly")):
        bot.session(user, new=True).say(f"{text} more often")
    bot.person("ada").export_to(tmp_path / "ada.jsonl")
    with (tmp_path / "ada.jsonl").open("rb") as file:
        reading = Reading("ada.jsonl", file, "user")
        rows = list(reading)
    found = look(bot.store, Parties(user="ada"))
    tables = {name: n for name, n in found.items() if name.startswith("coach_") and n}
    assert Counter(f"coach_{row.name}" for row in rows) == tables
    assert (reading.header["user"], "swim" in json.dumps([r.data for r in rows])) == ("ada", False)


def test_an_id_that_is_none_is_refused(bot: Bot, tmp_path: Path):
    """And no file is made."""
    with pytest.raises(InvalidId):
        bot.person("").export_to(tmp_path / "a")
    assert list(tmp_path.glob("a*")) == []


def test_the_same_for_asyncio(grow: Flow, tmp_path: Path):
    """Export and erase are awaited."""

    async def main() -> None:
        bot = AsyncBot(grow)
        await (await bot.session("ada")).say("run more often")
        await bot.export_user_to(tmp_path / "ada.jsonl", "ada")
        report = await bot.erase_user("ada")
        assert (report.before["coach_message"], report.proven) == (3, True)

    asyncio.run(main())
    assert "run more often" in (tmp_path / "ada.jsonl").read_text()
