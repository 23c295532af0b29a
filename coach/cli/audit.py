"""`coach audit`: which conversations there were, and what they came to."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from coach.cli import opening, output, spent, tables
from coach.cli.options import Json, SessionId, Store
from coach.cli.period import Since, Until, moment
from coach.cli.session import plain

if TYPE_CHECKING:
    from coach.record.message import Message
    from coach.stores.audit import Which
    from coach.stores.values import SessionLine

app = typer.Typer(
    help="Which conversations there were, of all users.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Caller = Annotated[
    str | None,
    typer.Option("--caller", metavar="ID", help="Only through this application or channel."),
]
User = Annotated[str | None, typer.Option("--user", metavar="NAME", help="Only theirs.")]
Account = Annotated[
    str | None, typer.Option("--account", metavar="ID", help="Only of this account.")
]
Status = Annotated[
    str | None,
    typer.Option("--status", metavar="STATUS", help="Only the active, finished or expired."),
]
Limit = Annotated[int, typer.Option("--limit", metavar="N", min=1, help="At most so many.")]
By = Literal["caller", "user", "account", "flow", "day", "month", "llm"]
NUMBERS = ("conversations", "messages", "tools", "tokens")
RECENT = ("begun", "session", "caller", "user", "account", "flow", "status", *NUMBERS[1:])


@app.command("recent")
def recent(
    caller: Caller = None,
    user: User = None,
    account: Account = None,
    status: Status = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = 50,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """The conversations that began last, the newest first.

    Times are in UTC.
    """
    from coach.stores import audit

    which = _which(caller, user, account, since, until, status)
    lines = audit.recent(opening.shelf(store), which, limit)
    if as_json:
        output.document([plain(line) for line in lines])
    elif lines:
        _show_recent(lines)
    else:
        output.line("no conversations")


@app.command("history")
def history(session: SessionId, store: Store = None, as_json: Json = False) -> None:
    """What was said in a conversation, in order.

    Messages that were taken back are part of it.
    """
    from coach.stores import audit

    messages = audit.history(opening.shelf(store), session)
    if as_json:
        output.document([message.model_dump(mode="json") for message in messages])
        return
    head = ("no", "at", "role", "tokens", "content")
    tables.show(head, [_said(message) for message in messages], numbers=("no", "tokens"))


@app.command("usage")
def usage(
    by: Annotated[By, typer.Option("--by", help="What to sum up by.")] = "caller",
    caller: Caller = None,
    user: User = None,
    account: Account = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = 1_000,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Conversations, messages, tool calls, tokens, and what llms were asked, summed up.

    Those with most tokens first; days and months (of UTC) in their order, the last ones. A
    conversation counts when it began, a call of an llm when it was made.
    """
    from coach.stores import audit

    shelf, which = opening.shelf(store), _which(caller, user, account, since, until)
    if by == "llm":
        spent.show_llms(audit.llms(shelf, which)[:limit], as_json=as_json)
        return
    found = audit.usage(shelf, by, which)
    shown = found[-limit:] if by in audit.PERIODS else found[:limit]
    if as_json:
        output.document([asdict(used) for used in shown])
    elif shown:
        spent.show(by, shown)
    else:
        output.line("no conversations")


@app.command("drift")
def drift(
    caller: Caller = None,
    user: User = None,
    account: Account = None,
    since: Since = None,
    until: Until = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """How far each llm's count of input tokens is from ours.

    As a ratio, theirs for each of ours: 1.08 is 8 % more. A page that was packed to a budget costs
    that much more; the JSON Schema of a structured answer is theirs alone.
    """
    from coach.stores import audit

    found = audit.llms(opening.shelf(store), _which(caller, user, account, since, until))
    spent.show_drift(found, as_json=as_json)


def _which(
    caller: str | None,
    user: str | None,
    account: str | None,
    since: str | None,
    until: str | None,
    status: str | None = None,
) -> "Which":
    from coach.stores.audit import Which

    return Which(
        caller_id=caller,
        user_id=user,
        account_id=account,
        since=moment(since, "--since"),
        until=moment(until, "--until"),
        status=status,
    )


def _show_recent(lines: "Sequence[SessionLine]") -> None:
    """A table without the columns that would tell nothing."""
    idle = set()
    if all(line.account_id is None for line in lines):
        idle.add("account")
    if all(line.caller_id == line.user_id for line in lines):
        idle.add("caller")
    rows = [dict(zip(RECENT, _row(line), strict=True)) for line in lines]
    head = [name for name in RECENT if name not in idle]
    tables.show(head, [[row[name] for name in head] for row in rows], numbers=NUMBERS)


def _row(line: "SessionLine") -> tuple[str, ...]:
    names = (line.session_id, line.caller_id, line.user_id, line.account_id or "")
    counts = (line.messages, line.tool_calls, line.tokens)
    return (_time(line.created_at), *names, line.flow, line.status, *map(str, counts))


def _said(message: "Message") -> tuple[str, ...]:
    calls = [f"(calls {call.name} as {call.id})" for call in message.tool_calls]
    marks = ["(taken back)"] if message.withdrawn else []
    marks += ["(stopped)"] if message.partial else []
    marks += [f"(answers {message.tool_call_id})"] if message.tool_call_id else []
    words = " ".join([*marks, message.content, *calls])
    return (str(message.seq), _time(message.at), message.role, str(message.tokens), words)


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
