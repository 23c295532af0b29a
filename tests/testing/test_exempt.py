"""What is exempt is listed with its reason, and the list is held to what there is."""

from pathlib import Path

import pytest

from coach.errors import FlowFileError
from coach.testing.exempt import check_known, load_exempt

GOOD = """\
flow: grow
unreachable:
  guard:will.2.3:false: rule 1 goes first
equivalent:
  swap:will.1-2: never are both true
"""


def test_the_first_folder_that_has_a_file_counts(tmp_path: Path) -> None:
    """Nothing is exempt without one."""
    (tmp_path / "grow.exempt.yaml").write_text(GOOD)
    exempt, _ = load_exempt([tmp_path / "no", tmp_path], "grow")
    assert exempt.unreachable == {"guard:will.2.3:false": "rule 1 goes first"}
    assert exempt.equivalent == {"swap:will.1-2": "never are both true"}
    assert load_exempt([tmp_path], "tea")[0].equivalent == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("flow: tea\n", ":1: E101 the file is called after 'grow' and says"),
        ("flow: grow\nequivalents: {}\n", ":2: E101 unknown key 'equivalents'. Did you mean"),
        ("flow: grow\nequivalent: {a: ''}\n", ":2: E101 equivalent.a: String should have"),
        ("flow: grow\nequivalent: {a: x, a: y}\n", ":2: F004 the key 'a' stands twice"),
    ],
)
def test_what_is_wrong_has_its_line(tmp_path: Path, text: str, message: str) -> None:
    """A reason is a sentence, and no id stands twice."""
    (tmp_path / "grow.exempt.yaml").write_text(text)
    with pytest.raises(FlowFileError) as caught:
        load_exempt([tmp_path], "grow")
    assert message in str(caught.value)


def test_an_id_of_nothing_is_refused(tmp_path: Path) -> None:
    """A flow that was changed has other ids."""
    (tmp_path / "grow.exempt.yaml").write_text(GOOD)
    exempt, document = load_exempt([tmp_path], "grow")
    with pytest.raises(FlowFileError, match=r":5: E101 nothing is called 'swap:will.1-2'. Did"):
        check_known(document, "equivalent", exempt.equivalent, ["swap:will.2-3"])
