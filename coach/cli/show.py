"""`coach prompt show`: the page that a language model would see, or has seen."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coach.cli import opening, output
from coach.cli.options import Budget, Code, Json, Store

if TYPE_CHECKING:
    from coach.cli.seen import Seen
    from coach.recipe import Kind

Place = Annotated[
    str | None,
    typer.Argument(metavar="FLOW/STAGE", help="Where; FLOW alone is where it stands."),
]
SessionOption = Annotated[
    str | None, typer.Option("--session", metavar="ID", help="With what this session knows.")
]
TurnOption = Annotated[
    int | None,
    typer.Option("--turn", metavar="N", min=0, help="The page of that turn, exactly as it was."),
]
FixtureOption = Annotated[
    str | None,
    typer.Option("--fixture", metavar="NAME", help="A moment that was written down."),
]
Answers = Annotated[
    str | None, typer.Option("--answers", metavar="JSON", help='Such as \'{"goal": "rest"}\'.')
]
Heat = Annotated[
    bool, typer.Option("--heat", help="What each line costs, and which template line made it.")
]
Dropped = Annotated[
    bool, typer.Option("--dropped", help="With the text of the sections that found no room.")
]
Hear = Annotated[bool, typer.Option("--hear", help="The page by which a message is understood.")]

Summarise = Annotated[
    bool, typer.Option("--summarise", help="The page by which messages are summed up.")
]


def show(
    place: Place = None,
    fixture: FixtureOption = None,
    session: SessionOption = None,
    turn: TurnOption = None,
    answers: Answers = None,
    budget: Budget = None,
    heat: Heat = False,
    dropped: Dropped = False,
    hear: Hear = False,
    summarise: Summarise = False,
    store: Store = None,
    code: Code = None,
    as_json: Json = False,
) -> None:
    """The page at a stage, and its ledger.

    The ledger says what each section wanted and got, and why. With --fixture it is the page of
    that moment ('coach prompt fixtures' lists them), with --session the one of that session,
    with --turn the one of that turn, made from the templates of that day. With --hear it is what
    a language model reads to turn a message into commands, with --summarise what it reads to sum up
    what is in the window.
    """
    from coach.cli import seen, sheet

    _check(place, session, turn, fixture, answers, budget)
    kind = _kind(hear, summarise)
    if kind != "page" and turn is not None:
        hint = f"'--{kind}'"
        raise typer.BadParameter("a turn keeps only the page of its reply", param_hint=hint)
    flow, stage = seen.place_of(place or "")
    wish = opening.Wish(flow=flow, user="", store=store, budget=budget, code=code)
    if fixture is not None:
        found = seen.of_fixture(opening.read(flow, code), stage, fixture, budget, kind)
    elif session is None:
        found = seen.imagined(opening.read(flow, code), stage, _answers(answers), budget, kind)
    elif turn is None:
        found = seen.of_session(wish, session, stage, kind)
    else:
        found = _of_turn(wish, session, turn, stage)
    if as_json:
        output.document(sheet.document(found, heat=heat, dropped=dropped))
        return
    for note in found.notes:
        output.error(note)
    sheet.show(found, heat=heat, dropped=dropped)


def _kind(hear: bool, summarise: bool) -> "Kind":
    if hear and summarise:
        raise typer.BadParameter("hearing has another page", param_hint="'--summarise'")
    return "hear" if hear else "summarise" if summarise else "page"


def _check(
    place: str | None,
    session: str | None,
    turn: int | None,
    fixture: str | None,
    answers: str | None,
    budget: int | None,
) -> None:
    """What cannot be asked for together."""
    if place is None and session is None:
        raise typer.BadParameter("say where, or which --session", param_hint="'FLOW/STAGE'")
    if turn is not None and session is None:
        raise typer.BadParameter("say of which --session", param_hint="'--turn'")
    if turn is not None and budget is not None:
        raise typer.BadParameter("a turn has its own budget", param_hint="'--budget'")
    if fixture is not None and session is not None:
        raise typer.BadParameter("a session is no fixture", param_hint="'--fixture'")
    if fixture is not None and answers is not None:
        raise typer.BadParameter("a fixture has its own answers", param_hint="'--answers'")
    if session is not None and answers is not None:
        raise typer.BadParameter("a session has its own answers", param_hint="'--answers'")


def _of_turn(wish: opening.Wish, session: str, turn: int, stage: str) -> "Seen":
    from coach.cli import seen

    found = seen.of_turn(wish, session, turn)
    at = found.recipe.view.stage.path
    if stage and stage not in (at, at.rpartition("/")[2]):
        raise typer.BadParameter(f"turn {turn} is at {at!r}", param_hint="'FLOW/STAGE'")
    return found


def _answers(text: str | None) -> dict[str, Any]:
    """The answers of `--answers`."""
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError) as error:
        raise typer.BadParameter(f"this is no JSON: {error}", param_hint="'--answers'") from None
    if not isinstance(found, dict):
        raise typer.BadParameter(
            f"write an object of fields and values, not {text}", param_hint="'--answers'"
        )
    return found
