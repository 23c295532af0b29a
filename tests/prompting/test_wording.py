"""Wording: an author reads what to do, not what Python or Jinja thought."""

import pytest
from page_views import templates, view

from coach.errors import TemplateError
from coach.prompting.wording import kind, plainly, what


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("question.ask", "there is no 'ask', because the value is None: guard it with {% if … %}"),
        ("turns_left > 1", "None and number cannot be compared: guard it with {% if … %}"),
        ("turns_left + 1", "None + number is not allowed in a template"),
        ("'a' < 1", "text and number cannot be compared"),
        ("answers.goal.upper()", "the text has no 'upper'."),
        ("summary|listing", "a list is needed, not None"),
        ("summary|length", "None has no length"),
        ("summary|upper", "upper: None is no text"),
        ("stage|title", "title: a StageView is no text"),
        ("nope|upper", "no 'nope' here."),
        ("'x'|percent", "percent: a text is no number"),
        ("stage|line", "a StageView cannot be printed: name one of its fields, or join it"),
    ],
)
def test_an_error_is_in_the_authors_words(tmp_path, expression, text):
    """With path and line in front."""
    with pytest.raises(TemplateError) as caught:
        templates(tmp_path, reply=f"\n{{{{ {expression} }}}}").render_text(["reply.jinja"], view())
    assert str(caught.value).partition("reply.jinja:")[2].startswith(f"2: {text}")


@pytest.mark.parametrize("items", ["question", "3", "true"])
def test_a_loop_needs_a_list(tmp_path, items):
    """Whatever else it is given."""
    loop = f"{{% for a in {items} %}}{{% endfor %}}"
    with pytest.raises(TemplateError, match=r"reply\.jinja:1: a loop needs a list, not "):
        templates(tmp_path, reply=loop).render_text(["reply.jinja"], view())


def test_values_have_names():
    """As parts of a sentence."""
    assert [what(v) for v in (None, True, 1, "x", [], (), {})] == [
        *("None", "yes or no", "a number", "a text", "a list", "a list", "a mapping")
    ]
    assert kind(view().stage) == "StageView"


def test_what_needs_no_other_words_stays():
    """Only what is known to be unclear is said anew."""
    assert plainly("block 'a' defined twice") == "block 'a' defined twice"
