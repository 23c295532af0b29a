"""The desk: names of sections, given by the template or lent by data."""

import time

import pytest
from page_views import templates, view

from coach.errors import TemplateError


def names(folder, body, **more):
    source = body if "{% message" in body else f'{{% message "system" %}}{body}{{% endmessage %}}'
    raw = templates(folder, page=source).render_prompt(["page.jinja"], view(**more))
    return [[section.spec.name for section in message.sections] for message in raw]


def section(name, text="x"):
    return f"{{% section {name} %}}{text}{{% endsection %}}"


LENT = section("answers.goal")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (LENT + section("'facts'"), ["facts 2", "facts"]),
        (section("'facts'") + LENT, ["facts", "facts 2"]),
        (LENT * 3, ["facts", "facts 2", "facts 3"]),
        (LENT + section("'facts'") + section("'facts 2'"), ["facts 3", "facts", "facts 2"]),
        ("loose" + section("'system 2'") + "end", ["system", "system 2", "system 3"]),
    ],
)
def test_a_name_from_data_gives_way(tmp_path, body, expected):
    """To the template's own names, and to the one before it."""
    assert names(tmp_path, body, answers={"goal": "facts"}) == [expected]


def test_names_on_other_messages_count_when_the_template_gave_them(tmp_path):
    """A ledger has one line for each; what data named alike in two messages stays alike."""
    message = '{% message "user" %}BODY{% endmessage %}'
    both = message.replace("BODY", LENT) * 2
    assert names(tmp_path, both, answers={"goal": "a"}) == [["a"], ["a"]]
    own = both + message.replace("BODY", section("'a'"))
    assert names(tmp_path, own, answers={"goal": "a"}) == [["a 2"], ["a 2"], ["a"]]


def test_a_long_name_is_numbered_within_its_length(tmp_path):
    """At most 64 characters."""
    assert names(tmp_path, LENT * 2, answers={"goal": "n" * 64}) == [["n" * 64, "n" * 59 + " 2"]]


def test_a_literal_that_stands_twice_is_the_authors_mistake(tmp_path):
    """In a loop as well; the error says where."""
    loop = "\n{% for n in range(2) %}" + section("'s'") + "{% endfor %}"
    with pytest.raises(TemplateError, match=r"page\.jinja:2: section 's' stands twice in one mess"):
        names(tmp_path, loop)


def test_many_sections_of_one_name_are_numbered_at_once(tmp_path):
    """Numbering does not start over for each."""
    loop = f"{{% for n in range(999) %}}{LENT}{{% endfor %}}"
    message = f'{{% message "user" %}}{loop}{{% endmessage %}}'
    begun = time.process_time()
    assert names(tmp_path, message * 20)[-1][-1] == "submit the thesis 999"
    assert time.process_time() - begun < 30
