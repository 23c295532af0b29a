"""`coach prompt`: the page that a language model would see, and the templates it is made from."""

import typer

from coach.cli.diff import diff
from coach.cli.fixtures import fixtures
from coach.cli.lint import lint
from coach.cli.show import show

app = typer.Typer(
    help="Look at prompts, check and tune their templates.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def prompt() -> None:
    """Look at prompts, check and tune their templates."""


app.command("show")(show)
app.command("lint")(lint)
app.command("diff")(diff)
app.command("fixtures")(fixtures)
