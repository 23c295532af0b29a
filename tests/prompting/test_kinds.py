"""Kinds: read off the annotations of the view."""

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, JsonValue

from coach.prompting.kinds import ANY, BY_FIELD, PLAIN, SELDOM, VOLATILE, fields_of, kind_of
from coach.prompting.view import PromptView, QuestionView


def test_every_field_of_a_view_is_volatile_or_seldom_changes():
    """A new field has to be put into one of the two: the cache depends on it."""
    assert not VOLATILE & SELDOM
    assert set(PromptView.model_fields) == VOLATILE | SELDOM
    assert set(PromptView.model_fields) >= BY_FIELD


class Inner(BaseModel):
    name: str


@pytest.mark.parametrize(
    ("annotation", "what", "optional"),
    [
        (str, "plain", False),
        (Annotated[int, "x"], "plain", False),
        (Literal["a", "b"], "plain", False),
        (str | None, "plain", True),
        (Annotated[str, "x"] | None, "plain", True),
        (tuple[Inner, ...], "list", False),
        (list[str] | None, "list", True),
        (dict[str, Inner], "mapping", False),
        (Inner, "model", False),
        (Inner | None, "model", True),
        (str | list[str], "any", False),
        (str | list[str] | None, "any", True),
        (JsonValue, "any", False),
        (object, "any", False),
    ],
)
def test_an_annotation_is_a_kind(annotation: object, what: str, optional: bool):
    """None makes it optional; what cannot be told is any."""
    kind = kind_of(annotation)
    assert (kind.what, kind.optional) == (what, optional)


def test_what_a_view_holds_is_known_to_the_bottom():
    """Through lists, mappings and None."""
    fields = fields_of(PromptView)
    assert fields["question"].model is QuestionView
    assert fields["question"].optional
    proposal = fields["question"].member("proposal")
    assert proposal is not None
    assert proposal.optional
    content = fields["assumptions"].each.member("content")
    assert content == PLAIN
    assert fields["answers"].keyed
    assert fields["answers"].member("goal") == ANY
