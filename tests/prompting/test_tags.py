"""Tags: what opens a message or a section, and what to say when nothing can."""

import pytest
from page_views import history, templates, view

from coach.errors import TemplateError
from coach.prompting.view import CallView, MessageView
from coach.vocabulary.llm import ToolCall
from coach.vocabulary.words import Role

LOOP = "{% for said in history %}{% message said %}{{ said.content }}{% endmessage %}{% endfor %}"
CALL = CallView(id="c1", name="weather", arguments='{"city": "Oslo"}')
ASKS = MessageView(role=Role.ASSISTANT, content="", tokens=0, tool_calls=(CALL,))
ANSWERS = MessageView(role=Role.TOOL, content="rain", tokens=1, tool_call_id="c1")


def page(folder, source, **seen):
    return templates(folder, page=source).render_prompt(["page.jinja"], view(**seen))


def refused(folder, source, **seen):
    with pytest.raises(TemplateError) as caught:
        page(folder, source, **seen)
    return str(caught.value).partition("page.jinja:")[2]


def test_a_message_of_the_history_brings_its_calls(tmp_path):
    """As structure: what is asked for, and which call is answered."""
    asks, answers = page(tmp_path, LOOP, history=(ASKS, ANSWERS))
    call = ToolCall(id="c1", name="weather", arguments='{"city": "Oslo"}')
    assert (asks.role, asks.calls, asks.call_id) == ("assistant", (call,), None)
    assert (answers.role, answers.calls, answers.call_id) == ("tool", (), "c1")
    assert answers.sections[0].text == "rain"


def test_the_general_page_carries_calls():
    """Its history opens each message with itself."""
    names = ["general.md.jinja"]
    raw = templates().render_prompt(names, view(history=(*history("hi"), ASKS, ANSWERS)))
    assert [(m.role, len(m.calls), m.call_id) for m in raw[1:4]] == [
        *(("user", 0, None), ("assistant", 1, None), ("tool", 0, "c1"))
    ]


def test_words_open_a_message_without_calls(tmp_path):
    """A role is all that a word can say."""
    raw = page(tmp_path, LOOP.replace("message said ", "message said.role "), history=(ASKS,))
    assert (raw[0].role, raw[0].calls) == ("assistant", ())


@pytest.mark.parametrize(
    ("argument", "text"),
    [
        ("question", "2: None is no role: say a role, such as 'user', or a message of the history"),
        ("flow", "2: a FlowView is no role: say a role, such as 'user', or a message of the"),
        ("history", "2: a list is no role: say a role"),
        ("{'role': 'tool', 'tool_call_id': 'c1'}", "2: a mapping is no role: say a role"),
        ("nope", "2: no 'nope' here (a word stands in quotes). Known: agents, answered, answers,"),
        ("stage.nam", "2: StageView has no 'nam'. Did you mean 'name'?"),
        ("'tool'", "2: a tool's message answers a call: open it with a message of the history"),
        ("answers.goal", "2: 'system' comes from outside, and is no role: say a role, such as"),
        ("'tools'", "2: 'tools' is no role. Known: assistant, system, user."),
        ("'usr'", "2: 'usr' is no role. Did you mean 'user'?"),
    ],
)
def test_nothing_else_opens_a_message(tmp_path, argument, text):
    """Least of all a tool's message, or a call."""
    source = f"\n{{% message {argument} %}}x{{% endmessage %}}"
    assert refused(tmp_path, source, answers={"goal": "system"}).startswith(text)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{% message %}", "1: a message needs a role, such as 'user', or a message of the history"),
        ("{% message 'user' priority=3 %}", "1: a message takes its role, or a message of the"),
        ("{% message user %}{% endmessage %}", "1: no 'user' here (a word stands in quotes)."),
        ("{% message 'user' %}\nx", "2: the template ends, but 'message' is still open: "
         "{% endmessage %} is missing"),
        ("{% message 'user' %}{% endsection %}", "1: {% endsection %} stands here, but 'message' "
         "is still open: {% endmessage %} is missing"),
        ("{% message 'user' %}{% if answers %}{% endmessage %}", "1: {% endmessage %} stands here, "
         "but 'if' is still open: {% endif %} is missing"),
        ("\n{% endsection %}", "2: {% endsection %} belongs to nothing that is open"),
        ("{% section %}", "1: a section needs a name, such as 'facts'"),
        ("{% section 'a', priority=3 %}", "1: a section takes its name, then settings such as"),
        ("{% section 'a' max=3 max=4 %}", "1: 'max' stands twice"),
        ("{% section 'a' nax=3 %}", "1: a section has no 'nax'. Did you mean 'max'?"),
        ("{% section 'a' min=9 max=3 %}{% endsection %}", "1: section 'a': min 9 is more than"),
        ("{% section 'a' priority='high' %}{% endsection %}",
         "1: section 'a': priority: Input should be a valid integer, not 'high'"),
        ("{% section 'a' priority=question %}{% endsection %}",
         "1: section 'a': priority is None: a setting is a word or a number"),
        ("{% section 'a' max=stage.nam %}{% endsection %}", "1: StageView has no 'nam'. Did you"),
        ("{% section 3 %}{% endsection %}", "1: a number is no name of a section: a name"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_tag_is_said(tmp_path, source, text):
    """Where, what, and what would have worked."""
    assert refused(tmp_path, source).startswith(text)


def test_no_maximum_is_none(tmp_path):
    """So that a template can hand on what may be there."""
    source = "{% message 'user' %}{% section 's' max=turns_left min=turns_left %}x{% endsection %}"
    (message,) = page(tmp_path, source + "{% endmessage %}")
    assert (message.sections[0].spec.max, message.sections[0].spec.min) == (None, None)
