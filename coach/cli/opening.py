"""Opening things for a command: settings, flows, the store, a session."""

import getpass
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from coach.code import hinted, registry
from coach.errors import FlowFileError, StoreUnavailable

if TYPE_CHECKING:
    from coach.bot import Bot
    from coach.flows.flow import Flow
    from coach.session import Session
    from coach.settings import Settings
    from coach.stores.connect import Database
    from coach.stores.sql import SqlStore


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """Which conversation is wanted. `store` is an address, None for the data folder; `code` the
    file with the flow's guards and actions; `new` asks for another session than the newest.
    `caller` and `account` are those of Bot.session, and `llm` are addresses, none for what the
    settings say."""

    flow: str
    user: str
    session: str | None = None
    store: str | None = None
    budget: int | None = None
    code: str | None = None
    new: bool = False
    llm: tuple[str, ...] = ()
    caller: str | None = None
    account: str | None = None


def settings() -> "Settings":
    """The settings; SettingsError names the variable of the environment that cannot be used."""
    from coach.settings import read_settings

    return read_settings()


def flow_folders() -> tuple[Path, ...]:
    """Where flows are looked for: COACH_STATES or ./states, then the built-in ones."""
    from coach.library import roots

    return roots("states", settings().states)


def read(flow: str, code: str | None = None) -> "Flow":
    """The flow of a name or path, with the guards and actions of a file."""
    from coach.flows.load import load_flow

    own = registry(code)
    try:
        return load_flow(flow, own, folders=flow_folders())
    except FlowFileError as error:
        raise FlowFileError(error.problems if code else hinted(error.problems)) from None


def bot(wish: Wish) -> "Bot":
    """The bot that keeps the wished-for conversation."""
    from coach.bot import Bot
    from coach.rebuilding import look

    llm = list(wish.llm) or None
    coach = Bot(read(wish.flow, wish.code), store=url(wish.store), llm=llm, budget=wish.budget)
    if is_tight(wish):
        look(coach.services, coach.flow, coach.flow.begin(now=coach.services.clock()).context)
    return coach


def is_tight(wish: Wish) -> bool:
    """Whether somebody chose a budget: only then is it worth the time to try it at once."""
    return wish.budget is not None or "COACH_BUDGET" in os.environ


def session(coach: "Bot", wish: Wish, id: str | None = None) -> "Session":
    """Open the wished-for session, or that one; BudgetError when its page does not fit."""
    new = wish.new and id is None
    wanted = wish.session if id is None else id
    talk = coach.session(
        user=wish.user, id=wanted, new=new, caller=wish.caller, account=wish.account
    )
    if talk.resumed and is_tight(wish):
        talk.page()
    return talk


def reading_bot(wish: Wish) -> "Bot":
    """The same for looking only: a store that is not there is an error."""
    from coach.bot import Bot

    store = shelf(wish.store)
    return Bot(read(wish.flow, wish.code), store=store, llm="offline", budget=wish.budget)


def me() -> str:
    """$USER, else whoever runs this process."""
    try:
        return os.environ.get("USER") or getpass.getuser()
    except (KeyError, OSError):  # no such variable and no entry of this user id
        return "user"


# -- the store -------------------------------------------------------------------------------


def url(store: str | None) -> str:
    """The address itself, or that of a file in the user's data folder, which is created."""
    if store is not None:
        return store
    place = default_file()
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        folder = str(place.parent)
        raise StoreUnavailable(
            f"the data folder {folder!r} cannot be made ({error.strerror}): choose with --store"
        ) from None
    return f"sqlite:///{place}"


def default_file() -> Path:
    """Where the sessions of this person are kept unless they say otherwise."""
    from platformdirs import user_data_path

    return user_data_path("coachflow", appauthor=False) / "coach.db"


def database(store: str | None) -> "Database":
    """What is at an address, as it is: nothing is made and nothing is brought up."""
    from coach.stores.connect import Database
    from coach.stores.url import parse_url

    return Database(parse_url(_there(store)))


def shelf(store: str | None) -> "SqlStore":
    """A store that is to be read: one that is not there is an error, and is not created."""
    from coach.stores.sql import SqlStore

    return SqlStore(_there(store))


def _there(store: str | None) -> str:
    """The address of a store that exists, as far as that can be told from here."""
    from coach.stores.url import check_place, parse_url

    url = f"sqlite:///{default_file()}" if store is None else store
    address = parse_url(url)
    if address.path is not None and store is not None:
        check_place(address.path)
    if address.path is not None and not address.path.is_file():
        where = str(address.path)
        raise StoreUnavailable(f"there is no store at {where!r}: 'coach chat' begins one")
    return url


# -- a session -------------------------------------------------------------------------------


def talk(wish: Wish, first_key: str | None = None) -> "Session":
    """Open the session, or resume it. A file of keyed lines returns to where it was sent."""
    coach = bot(wish)
    known = None
    if wish.session is None and first_key is not None:
        known = _where(coach, wish, first_key)
    return session(coach, wish, known)


def _where(coach: "Bot", wish: Wish, key: str) -> str | None:
    """The session that a key was sent to, so that sending it again adds nothing to another."""
    theirs = (line for line in coach.sessions(wish.user) if line.account_id == wish.account)
    kept = (line.session_id for line in theirs if line.flow == coach.flow.name)
    return next((id for id in kept if _knows(coach, id, key)), None)


def _knows(coach: "Bot", session: str, key: str) -> bool:
    return any(turn.key == key for turn in coach.store.turns(session))
