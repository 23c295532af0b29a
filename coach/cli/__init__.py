"""The terminal door: the command `coach`."""


def main() -> None:
    """The entry point; ends the process with the command's exit code."""
    import sys

    try:
        from coach.cli.app import run

        run()
    except KeyboardInterrupt:
        sys.exit(130)
