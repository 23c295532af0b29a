"""Parts of templates: a flow's own count, and what no stage renders is left out."""

from pathlib import Path

import pytest

from coach.flows.flow import Flow
from coach.library import home
from coach.prompting.template import Templates
from coach.testing.coverage import Item
from coach.testing.coverage.templates import OVERRIDDEN, PASSED, template_items

FILES = {
    "f/base.md.jinja": "{% block top %}x{% endblock %}{% block end %}y{% endblock %}",
    "f/a.md.jinja": '{% extends "f/base.md.jinja" %}{% block top %}a{% endblock %}'
    "{% block end %}{{ super() }}{% endblock %}",
    "f/b.md.jinja": '{% extends "f/base.md.jinja" %}{% block top %}b{% endblock %}',
    "f/through.md.jinja": "never",
}
STAGES = {
    "a": {
        "collect": {"n": {"type": "number", "ask": "?"}},
        "next": [{"to": "through", "when": "n > 1"}],
    },
    "through": {"next": [{"to": "b"}]},
    "b": {"final": True},
}


@pytest.fixture
def items(tmp_path: Path) -> dict[str, Item]:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    flow = Flow.model_validate({"flow": "f", "start": "a", "stages": STAGES})
    return {item.id: item for item in template_items(flow, Templates([tmp_path, home("prompts")]))}


def test_the_flows_own_count_and_shared_ones_stand_besides(items: dict[str, Item]) -> None:
    """By whose name they carry."""
    assert not items["template:f/a.md.jinja:1:template"].besides
    assert items["template:reply.txt.jinja:1:template"].besides


def test_a_block_that_every_stage_overrides_is_left_out(items: dict[str, Item]) -> None:
    """One that some stage keeps, or goes on to with `super()`, is not."""
    assert items["template:f/base.md.jinja:1:block"].left_out == OVERRIDDEN
    assert items["template:f/base.md.jinja:1:block.1"].left_out is None


def test_a_page_that_nobody_sees_is_left_out(items: dict[str, Item]) -> None:
    """Since nobody waits at its stage."""
    assert items["template:f/through.md.jinja:1:template"].left_out == PASSED
