"""Fields: what each type takes, in which normal form, and what it says when it does not."""

import pytest
from pydantic import TypeAdapter, ValidationError

from coach.errors import InvalidValue
from coach.vocabulary.fields import FIELD_TYPES, BaseField, Field

FIELDS: TypeAdapter[BaseField] = TypeAdapter(Field)


def field(type: str, **limits: object) -> BaseField:
    return FIELDS.validate_python({"type": type, "ask": "?", **limits})


TAKEN = [
    ("text", {}, "  run 10k ", "run 10k"),
    ("text", {"min_words": 2, "max_words": 2}, "run\t10k", "run\t10k"),
    ("text", {"max_chars": 3}, "abc", "abc"),
    ("number", {}, 7.0, 7),
    ("number", {}, -0.0, 0),
    ("number", {"minimum": 0, "maximum": 1}, 0.5, 0.5),
    ("number", {"whole": True}, 7.0, 7),
    ("number", {}, 2**53 - 1, 2**53 - 1),
    ("rating", {}, 0, 0),
    ("rating", {}, 10, 10),
    ("rating", {}, 7.5, 7.5),
    ("rating", {"lowest": 1, "highest": 5}, 1, 1),
    ("yesno", {}, False, False),
    ("choice", {"choices": ["Tea", "Milk"]}, " tEA ", "Tea"),
    ("choice", {"choices": ["STRASSE"]}, "straße", "STRASSE"),
    ("date", {}, " 2026-06-01", "2026-06-01"),
    ("date", {}, "20260601", "2026-06-01"),
    ("list", {}, "walk", ["walk"]),
    ("list", {}, [" a", "b", "a "], ["a", "b"]),
    ("list", {"of": "number"}, [1.0, 1, 2], [1, 2]),
    ("list", {"at_most": 2}, ["a", "b"], ["a", "b"]),
    ("email", {}, " ada@example.org ", "ada@example.org"),
]

REFUSED = [
    ("text", {}, " ", "a few words, not ' '"),
    ("text", {}, 5, "a few words, not 5"),
    ("text", {}, ["a"], "a few words, not ['a']"),
    ("text", {"min_words": 2}, "run", "text of at least 2 words, not 1 word"),
    ("text", {"max_words": 1}, "run 10k", "text of 1 to 1 word, not 2 words"),
    ("text", {"max_chars": 3}, "abcd", "at most 3 characters, not 4"),
    ("number", {}, True, "a number, not True"),
    ("number", {}, "7", "a number, not '7'"),
    ("number", {}, float("nan"), "a number; nan is too large to keep exactly"),
    ("number", {}, float("inf"), "a number; inf is too large to keep exactly"),
    ("number", {}, 2**53, "a number; 9007199254740992 is too large to keep exactly"),
    ("number", {"whole": True}, 1.5, "a whole number, not 1.5"),
    ("number", {"minimum": 1}, 0, "a number of at least 1, not 0"),
    ("number", {"maximum": 1.5}, 2, "a number of at most 1.5, not 2"),
    ("number", {"minimum": 1, "maximum": 3}, 4, "a number from 1 to 3, not 4"),
    ("rating", {}, 11, "a number from 0 to 10, not 11"),
    ("rating", {"lowest": 1}, 0, "a number from 1 to 10, not 0"),
    ("yesno", {}, 1, "yes or no, not 1"),
    ("yesno", {}, "yes", "yes or no, not 'yes'"),
    ("choice", {"choices": ["Tea", "Milk"]}, "gin", "one of: Tea, Milk; not 'gin'"),
    ("date", {}, "1 June", "a day, such as '1 June', 'next Friday' or '2026-06-01', not '1 June'"),
    ("date", {}, "2026-02-30", "a day, such as '1 June', 'next Friday' or '2026-06-01', not '2026"),
    ("list", {"at_least": 2}, ["a", "a"], "at least 2 items, separated by commas (at most 50)"),
    ("list", {"at_most": 1}, ["a", "b"], "at least 1 item, separated by commas (at most 1), not 2"),
    ("list", {}, [], "at least 1 item, separated by commas (at most 50), not 0"),
    ("list", {}, ["a", ""], "words, not ''"),
    ("list", {"of": "number"}, ["a"], "a number, not 'a'"),
    ("email", {}, "ada", "an e-mail address such as 'ada@example.org', not 'ada'"),
    ("email", {}, "a@b", "an e-mail address such as 'ada@example.org', not 'a@b'"),
    ("email", {}, f"{'a' * 65}@b.org", "an e-mail address such as 'ada@example.org', not 'aaa"),
    ("email", {}, f"a@{'b' * 254}.org", "an e-mail address such as 'ada@example.org', not 'a@b"),
]


@pytest.mark.parametrize(("type", "limits", "value", "normal"), TAKEN)
def test_a_field_brings_what_it_takes_into_its_normal_form(
    type: str, limits: dict[str, object], value: object, normal: object
) -> None:
    """A valid value comes back in one form, and that form is taken again as it is."""
    kept = field(type, **limits).check(value)
    assert (kept, kind(kept)) == (normal, kind(normal))
    assert field(type, **limits).check(kept) == kept


def kind(value: object) -> object:
    return [type(item) for item in value] if isinstance(value, list) else type(value)


@pytest.mark.parametrize(("type", "limits", "value", "text"), REFUSED)
def test_a_field_says_what_would_be_valid(
    type: str, limits: dict[str, object], value: object, text: str
) -> None:
    """An invalid value is refused with what would be valid and what was given."""
    with pytest.raises(InvalidValue) as refusal:
        field(type, **limits).check(value)
    assert str(refusal.value).startswith(text)


@pytest.mark.parametrize("type", ["number", "rating", "yesno", "date", "email"])
def test_a_refusal_does_not_repeat_a_whole_page(type: str) -> None:
    """It quotes enough to recognise what was said."""
    with pytest.raises(InvalidValue) as refusal:
        field(type).check("word " * 6_000)
    assert len(str(refusal.value)) < 200


def test_a_choice_from_a_list_takes_the_words_of_the_moment() -> None:
    """The words of a `from:` choice are given with each check."""
    assert field("choice", **{"from": "options"}).check("B", ("a", "b")) == "b"


@pytest.mark.parametrize(
    ("type", "limits", "expects"),
    [
        ("date", {"future": True}, "a day that is still to come, such as '1 June', 'next Friday'"),
        ("choice", {"from": "options"}, "one of the list"),
        ("list", {"of": "number", "at_least": 2}, "at least 2 numbers, separated by commas"),
        ("number", {"minimum": -1.5, "maximum": 2}, "a number from -1.5 to 2"),
    ],
)
def test_what_a_field_expects_is_told_in_words(
    type: str, limits: dict[str, object], expects: str
) -> None:
    """Hearing, pages and refusals share one description of each field."""
    assert field(type, **limits).expects.startswith(expects)


@pytest.mark.parametrize(
    ("type", "limits", "wrong"),
    [
        ("text", {"default": " "}, "default ' ' is not valid: a few words"),
        ("rating", {"default": 11}, "default 11 is not valid: a number from 0 to 10, not 11"),
        ("choice", {"choices": ["a"], "default": "b"}, "default 'b' is not valid: one of: a"),
        ("choice", {}, "a choice needs either 'choices' or 'from', and not both"),
        ("choice", {"choices": ["a"], "from": "x"}, "either 'choices' or 'from', and not both"),
        ("choice", {"choices": ["a", "A"]}, "two choices are the same word"),
        ("list", {"at_least": 3, "at_most": 2}, "at_least 3 is more than at_most 2"),
        ("text", {"confirm": "below 80"}, "write 'below 0.8' (a number from 0 to 1) or 'always'"),
        ("text", {"confirm": "below 1.1"}, "write 'below 0.8' (a number from 0 to 1) or 'always'"),
        ("text", {"max_asks": 0}, "greater than or equal to 1"),
        ("text", {"ask": ""}, "at least 1 character"),
        ("text", {"depends_on": ["Goal"]}, "String should match pattern"),
        ("text", {"at_least": 2}, "Extra inputs are not permitted"),
        ("texts", {}, "does not match any of the expected tags"),
    ],
)
def test_a_field_that_makes_no_sense_is_refused(
    type: str, limits: dict[str, object], wrong: str
) -> None:
    """Limits, defaults and unknown keys are checked when the flow is read."""
    with pytest.raises(ValidationError, match=r"(?s).*") as error:
        field(type, **limits)
    assert wrong in str(error.value)


@pytest.mark.parametrize(
    ("written", "threshold"),
    [("below 0.8", 0.8), ("below .5", 0.5), ("below 1", 1.0), ("below 0", 0.0), ("always", 1.01)],
)
def test_confirm_is_a_threshold_in_words(written: str, threshold: float) -> None:
    """`confirm: below 0.8` and `confirm: always` become the confidence below which to ask."""
    assert field("text", confirm=written).confirm == threshold


def test_a_default_from_a_list_is_checked_only_when_the_list_is_there() -> None:
    """The words of a `from:` choice are not known when the flow is read."""
    assert field("choice", **{"from": "options"}, default="a").default == "a"


@pytest.mark.parametrize(
    ("limits", "patience"), [({}, 3), ({"optional": True}, 1), ({"max_asks": 5}, 5)]
)
def test_patience_is_max_asks_or_what_is_usual(limits: dict[str, object], patience: int) -> None:
    """An optional field is asked once, a required one three times before help is offered."""
    assert field("text", **limits).patience == patience


def test_every_type_has_its_own_tag() -> None:
    """The table of types is what the union tells apart."""
    needs = {"choice": {"choices": ["a"]}}
    for name, cls in FIELD_TYPES.items():
        assert type(field(name, **needs.get(name, {}))) is cls
