"""`coach prompt`: the page that a language model would see, and the templates it is made from."""

import typer

from coach.cli.diff import diff
from coach.cli.fixtures import fixtures
from coach.cli.lint import lint
from coach.cli.show import show
from coach.cli.snapshot import snapshot

app = typer.Typer(
    help="Look at prompts, check and tune their templates.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def prompt() -> None:
    """Look at prompts, check and tune their templates."""


app.command("show")(show)
app.command("fixtures")(fixtures)
app.command("lint")(lint)
app.command("snapshot")(snapshot)
app.command("diff")(diff)
