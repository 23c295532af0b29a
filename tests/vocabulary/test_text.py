"""Text: kept as written, but for what no store can hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.vocabulary.text import clean_text


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("x\0y", "xy"),
        ("\0é", "é"),
        ("\ud83d", "\ufffd"),
        ("a\udc00b\ud800", "a\ufffdb\ufffd"),
        ("\U0001f600 e\u0301 \u00e9 \u1112\u1161\u11ab \ufb01", None),
        ("  kept \r\n as written\t", None),
        ("\x1b[31mred", None),
    ],
)
def test_text_is_kept_as_written_but_for_what_no_store_can_hold(
    written: str, kept: str | None
) -> None:
    """Nasty inputs T04, T07 and T08: no U+0000, no lone surrogate, and no normalisation."""
    assert clean_text(written) == (written if kept is None else kept)


@given(st.text())
def test_clean_text_can_be_encoded_and_cleaned_again(text: str) -> None:
    """Whatever comes in, UTF-8 can hold what comes out."""
    clean = clean_text(text)
    assert "\0" not in clean.encode().decode()
    assert clean_text(clean) == clean
