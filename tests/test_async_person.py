"""A person, for asyncio: the same as the other door leads to."""

from pathlib import Path

from coach.aio import AsyncBot
from coach.bot import Bot
from coach.flows.flow import Flow
from coach.stores.sql import SqlStore


async def test_both_doors_lead_to_the_same(grow: Flow, store: SqlStore, tmp_path: Path) -> None:
    """Whatever is written here is read there."""
    ada, twin = AsyncBot(grow, store).person("ada"), Bot(grow, store).person("ada")
    await ada.update(profile={"name": "Ada"}, preferences={"tone": "plain"}, identity={"id": "7"})
    await ada.achieve("first steps")
    assert await ada.known() == twin.known
    assert (await ada.profile())["name"] == "Ada"
    assert (await ada.preferences(), await ada.identity()) == (twin.preferences, twin.identity)
    assert await ada.achievements() == twin.achievements
    assert (await ada.progress(), await ada.sessions()) == (twin.progress, twin.sessions)
    await ada.export_to(tmp_path / "ada.jsonl")
    assert (tmp_path / "ada.jsonl").stat().st_size
    assert (await ada.erase()).proven
    assert repr(ada) == "<AsyncPerson 'ada'>"
