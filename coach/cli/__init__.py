"""The terminal door: the command `coach`."""


def main() -> None:
    """The entry point; ends the process with the command's exit code."""
    from coach.cli.app import run

    run()
