"""Spans: every character of a page has its section."""

from hypothesis import given
from hypothesis import strategies as st
from page_views import assumptions, big_view, history, question, templates, view

from coach.prompting.prompt import render_page

BUILT_IN = templates()


@given(
    texts=st.lists(st.text(max_size=80), min_size=1, max_size=8),
    believed=st.integers(0, 60),
    budget=st.integers(300, 1_200),
)
def test_spans_cover_the_text_without_gaps(texts, believed, budget):
    """Each begins where the one before it ends, whatever was cut."""
    seen = view(
        history=history(*texts), assumptions=assumptions(*texts * believed), question=question()
    )
    prompt = render_page(BUILT_IN, ["grow/reality.md.jinja"], seen, budget)
    ends = [0, *(span.end for span in prompt.spans)]
    assert [span.start for span in prompt.spans] == ends[:-1]
    assert ends[-1] == len(prompt.text)


def test_spans_say_whose_text_it_is():
    """A section's heading stands in its own span, a role's line in none."""
    prompt = render_page(BUILT_IN, ["grow/reality.md.jinja"], big_view())
    texts = [(span.section, prompt.text[span.start : span.end]) for span in prompt.spans]
    assert texts[0] == (None, "system:\n")
    assert dict(texts)["answers"] == "# What is known\n- goal: submit the thesis\n"
    assert [span.message for span in prompt.spans if span.section is None] == list(
        range(len(prompt.messages))
    )
    got = {name for name, text in texts if name and text}
    assert got == {e.section for e in prompt.ledger.entries if e.section and e.got}
