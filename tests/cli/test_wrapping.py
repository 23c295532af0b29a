"""Words that come piece by piece make the same lines, however they come."""

from hypothesis import given
from hypothesis import strategies as st

from coach.cli.wrapping import Wrapped

PIECES = st.lists(st.text(alphabet="ab c\n\t漢", max_size=12), max_size=12)


def written(pieces: list[str], width: int = 30, indent: int = 7) -> str:
    wrapped = Wrapped(width, indent)
    return "".join(map(wrapped.feed, pieces)) + wrapped.end()


def test_a_word_is_written_when_it_is_whole() -> None:
    """So that no line has to be taken back."""
    wrapped = Wrapped(30, 7)
    assert [wrapped.feed("How a"), wrapped.feed("re"), wrapped.feed(" "), wrapped.end()] == [
        "How", "", " are", ""
    ]  # fmt: skip


def test_lines_break_between_words_and_are_indented() -> None:
    """At the width of the screen."""
    assert written(["one two three four five ", "six seven eight"]) == (
        "one two three four five\n       six seven eight"
    )


def test_what_a_terminal_would_obey_is_shown() -> None:
    """As everywhere."""
    assert written(["a\x1b[2Jb"]) == "a\\x1b[2Jb"


@given(PIECES, st.integers(20, 60))
def test_how_it_comes_makes_no_difference(pieces: list[str], width: int) -> None:
    """The same lines as in one piece, and no word is lost."""
    assert written(pieces, width) == written(["".join(pieces)], width)
    assert written(pieces, width).split() == "".join(pieces).split()
