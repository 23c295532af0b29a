"""Roots: template folders, and what a hostile folder can hold."""

import os
import time

import pytest
from page_views import templates, view

from coach.errors import PromptError, TemplateError, TemplateNotFound
from coach.prompting.roots import Roots
from coach.prompting.template import Templates


def crossing(levels):
    """Each of c and d includes both of the next level, where nothing ever runs."""
    return {
        f"{name}{i}": f"{{% if false %}}{{% include 'c{i + 1}.jinja' %}}"
        f"{{% include 'd{i + 1}.jinja' %}}{{% endif %}}x"
        for i in range(levels)
        for name in "cd"
    }


def test_includes_that_cross_are_walked_once(tmp_path):
    """2**18 ways through 38 files."""
    ends = {"c18": "x", "d18": "x"}
    found = templates(tmp_path, page="{% include 'c0.jinja' %}", **crossing(18), **ends)
    begun = time.process_time()
    assert found.render_text(["page.jinja"], view()) == "x"
    assert time.process_time() - begun < 20


def test_too_many_levels_are_refused(tmp_path):
    """Whether or not they ever run, and by whichever way they are reached first."""
    files = {**crossing(30), "c30": "x", "d30": "x"}
    found = templates(tmp_path, page="{% include 'c25.jinja' %}{% include 'c0.jinja' %}", **files)
    with pytest.raises(TemplateError, match=r"page\.jinja: more than 20 levels of includes"):
        found.render_text(["page.jinja"], view())


def test_a_circle_is_still_named(tmp_path):
    """Even when a finished name is on the way."""
    found = templates(
        tmp_path,
        page="{% include 'a.jinja' %}{% include 'b.jinja' %}",
        a="x",
        b="{% include 'a.jinja' %}{% include 'page.jinja' %}",
    )
    with pytest.raises(TemplateError, match=r"page\.jinja includes itself: .* -> b\.jinja -> page"):
        found.template_hash("page.jinja")


def test_a_loop_of_links_is_named(tmp_path):
    """As a file, as a folder on the way, and as a root."""
    (tmp_path / "a.jinja").symlink_to(tmp_path / "b.jinja")
    (tmp_path / "b.jinja").symlink_to(tmp_path / "a.jinja")
    (tmp_path / "sub").symlink_to(tmp_path / "sub")
    for name in ("a.jinja", "sub/x.jinja"):
        with pytest.raises(TemplateError, match=name.split("/")[0]):
            Templates([tmp_path]).find([name])
    with pytest.raises(TemplateError, match="sub"):
        Templates([tmp_path / "sub"]).find(["x.jinja"])
    with pytest.raises(TemplateNotFound, match="no template"):
        Templates([tmp_path]).find(["gone.jinja"])


@pytest.mark.parametrize("folder", ["a\0b", "x" * 300, "x/" * 3_000])
def test_a_root_that_can_be_no_folder_is_refused(tmp_path, folder):
    """In our words, not the system's."""
    with pytest.raises(PromptError, match=r"cannot be read|no template"):
        Templates([tmp_path / folder]).find(["x.jinja"])


def test_what_is_no_file_is_not_there(tmp_path):
    """A folder, a pipe and a link to nothing are passed over."""
    (tmp_path / "folder.jinja").mkdir()
    os.mkfifo(tmp_path / "pipe.jinja")
    (tmp_path / "gone.jinja").symlink_to(tmp_path / "nothing")
    roots = Roots([tmp_path])
    assert [roots.source(f"{n}.jinja") for n in ("folder", "pipe", "gone")] == [None] * 3
