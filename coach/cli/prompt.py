"""`coach prompt`: the page that a language model would see."""

import json
import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coach.cli import opening, output
from coach.cli.lint import lint
from coach.cli.options import Budget, Code, Json, Store
from coach.errors import FlowError, did_you_mean

if TYPE_CHECKING:
    from coach.flows.flow import Flow
    from coach.prompting.prompt import Prompt

PLACE = re.compile(r"(?P<flow>.*?\.(?:yaml|yml|json)|[^/]*)(?:/(?P<stage>.*))?", re.DOTALL)
RULE = "-" * 60

app = typer.Typer(
    help="Look at prompts, and check their templates.", no_args_is_help=True, rich_markup_mode=None
)


@app.callback()
def prompt() -> None:
    """Look at prompts, and check their templates."""


@app.command("show")
def show(
    place: Annotated[
        str, typer.Argument(metavar="FLOW/STAGE", help="Where; FLOW alone is where it stands.")
    ],
    session: Annotated[
        str | None, typer.Option("--session", metavar="ID", help="With what this session knows.")
    ] = None,
    answers: Annotated[
        str | None, typer.Option("--answers", metavar="JSON", help='Such as \'{"goal": "rest"}\'.')
    ] = None,
    budget: Budget = None,
    store: Store = None,
    code: Code = None,
    as_json: Json = False,
) -> None:
    """The page at a stage, and its ledger.

    The ledger says what each section wanted and got, and why.
    """
    if session is not None and answers is not None:
        raise typer.BadParameter("a session has its own answers", param_hint="'--answers'")
    flow, stage = _place(place)
    if session is None:
        page = _imagined(opening.read(flow, code), stage, _answers(answers), budget)
    else:
        wish = opening.Wish(flow=flow, user="", store=store, budget=budget, code=code)
        page = _recorded(wish, session, stage)
    _print(page, as_json)


app.command("lint")(lint)


def _print(page: "Prompt", as_json: bool) -> None:
    if as_json:
        output.document(page.model_dump(mode="json"))
        return
    output.line(str(page).rstrip("\n"))
    output.line(RULE)
    output.line(str(page.ledger))


def _place(place: str) -> tuple[str, str]:
    """The flow and the stage; a flow may be the path of a file."""
    found = PLACE.fullmatch(place)
    return (found["flow"], found["stage"] or "") if found else (place, "")


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


def _imagined(script: "Flow", stage: str, answers: dict[str, Any], budget: int | None) -> "Prompt":
    from coach.rendering import render

    settings = opening.settings()
    return render(
        f"{script.name}/{stage}",
        answers=answers,
        budget=settings.budget if budget is None else budget,
        flow=script,
        prompts=settings.prompts,
    )


def _recorded(wish: opening.Wish, session: str, stage: str) -> "Prompt":
    """The page of a session: where it stands, or as it would be at another stage."""
    from coach.flows.questions import next_question
    from coach.rebuilding import look

    coach = opening.reading_bot(wish)
    talk = coach.session(user=coach.store.load(session).user_id, id=session)
    flow, context = talk.flow, talk.context
    leaf = flow.resolve(stage) if stage else context.stage
    if leaf is None:
        hint = did_you_mean(stage, flow.leaves)
        raise FlowError(f"flow {flow.name!r} has no stage {stage!r}.{hint}")
    if flow.entry(leaf) != context.stage:
        context.stage = flow.entry(leaf)
        question = next_question(flow, context)
        context.asks, context.asks_about = question.field, question.assumption
    return look(talk.services, flow, context, wish.budget)
