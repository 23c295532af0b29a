"""Templates: Jinja in a sandbox that knows messages and sections.

What a template can reach is its `PromptView`, as data: fields, keys and items. Calls work for
macros and the few helpers of `limits`, and everything it does is metered. Whatever goes wrong
is a TemplateError that starts with path:line.
"""

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, cast

import jinja2
from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.meta import find_referenced_templates

from coach.errors import PromptError, TemplateError
from coach.prompting import filters, limits, marks
from coach.prompting.blame import blame, template_line
from coach.prompting.desk import assemble, sort
from coach.prompting.probing import SEEN, Outline, outline, probe
from coach.prompting.roots import Roots, digest
from coach.prompting.sandbox import Sandbox, Unknown, finalizer, namespace, total
from coach.prompting.section import RawMessage
from coach.prompting.tags import Tags
from coach.prompting.tracing import FROM, Placed, TracedMessage, TracingDesk, place
from coach.prompting.tree import Bounded, check
from coach.prompting.untrusted import neutralise, printable
from coach.prompting.view import PromptView
from coach.prompting.wording import plainly

BLANK_LINES = re.compile(r"\n{3,}")

T = TypeVar("T")
Chunks = Generator[str, None, None]


class Templates:
    """The templates under some folders, the user's first. Read once, compiled once, shareable."""

    def __init__(
        self, roots: Sequence[Path] | Roots, seen: Callable[[str], None] | None = None
    ) -> None:
        """`seen` is told the id of every spot that is rendered, for whoever asks what was."""
        self.roots = roots if isinstance(roots, Roots) else Roots(roots)
        self._families: dict[str, dict[str, str]] = {}
        self._hashes: dict[str, str] = {}
        self._outlines: dict[tuple[str, bool], Outline] = {}
        self._page = _environment(self.roots, neutralise, [Tags], seen=seen)
        self._text = _environment(self.roots, printable, [], seen=seen)

    def find(self, names: Sequence[str]) -> str:
        """The first name that has a file; TemplateNotFound names all that were tried."""
        return self.roots.find(names)

    def render_prompt(self, names: Sequence[str], view: PromptView) -> list[RawMessage]:
        """The messages of the first template found, with all of their text."""
        return self._run(self._page, self.find(names), view, assemble)

    def trace(self, names: Sequence[str], view: PromptView) -> list[TracedMessage]:
        """As `render_prompt`, with the template and line that each line of text comes from.

        It takes about half as long again, and compiles the templates once more.
        """
        return self._run(self._traced, self.find(names), view, _traced)

    @cached_property
    def _traced(self) -> Sandbox:
        return _environment(self.roots, neutralise, [Tags], traced=True)

    def render_text(self, names: Sequence[str], view: PromptView) -> str:
        """The text of the first template found, such as a reply: no messages, no sections."""
        text = self._run(self._text, self.find(names), view, marks.bundle)
        return BLANK_LINES.sub("\n\n", text).strip()

    def template_hash(self, name: str) -> str:
        """sha256 (hex) over the template and all that it extends, includes or imports."""
        if name not in self._hashes:
            self._hashes[name] = digest(self.family(name))
        return self._hashes[name]

    def family(self, name: str) -> dict[str, str]:
        """name -> source of the template and all that it extends, includes or imports."""
        if name not in self._families:
            self._families[name] = self.roots.family(name, self._references)
        return self._families[name]

    def parse(self, name: str, page: bool = True) -> nodes.Template:
        """The tree of a template as it is written; `page` allows messages and sections.

        TemplateNotFound, TemplateError, or whatever Jinja raises.
        """
        found = self.roots.source(self.find([name]))
        env = self._page if page else self._text
        return env.parse(found[0], name, str(found[1])) if found else nodes.Template([])

    def outline(self, name: str, page: bool = True) -> Outline:
        """The parts of a template that may be rendered or not, which `seen` is told of."""
        if (name, page) not in self._outlines:
            self._outlines[name, page] = outline(self.parse(name, page), name)
        return self._outlines[name, page]

    def compile(self, name: str, page: bool = True) -> None:
        """Make a template ready, with all that is checked on the way: TemplateError."""
        env = self._page if page else self._text
        self._metered(lambda: env.get_template(name), name)

    def words(self, page: bool = True) -> tuple[frozenset[str], frozenset[str]]:
        """What a template can name after '|' and after 'is'."""
        env = self._page if page else self._text
        return frozenset(n for n in env.filters if n[0] != " "), frozenset(env.tests)

    def _references(self, name: str, source: str, path: Path) -> Iterator[str]:
        tree = _parse(self._page, name, source, path)
        return (str(reference) for reference in find_referenced_templates(tree))

    def _run(self, env: "Sandbox", name: str, view: PromptView, use: Callable[[Chunks], T]) -> T:
        def render() -> T:
            self.template_hash(name)  # refuses what includes itself
            template = env.get_template(name)
            context = template.new_context(view.__dict__)
            return use(cast("Chunks", template.root_render_func(context)))

        return self._metered(render, name)

    def _metered(self, work: Callable[[], T], name: str) -> T:
        spent = limits.METER.set(limits.Meter())
        try:
            return work()
        except PromptError:
            raise
        except Exception as error:
            raise _blame(error, name) from error
        finally:
            limits.METER.reset(spent)


def _traced(chunks: Chunks) -> list[TracedMessage]:
    desk = TracingDesk()
    sort(chunks, desk)
    return desk.traced()


def _parse(env: jinja2.Environment, name: str, source: str, path: Path) -> nodes.Template:
    """The checked and bounded tree of a template; TemplateError."""
    try:
        tree = env.parse(source, name, str(path))
        check(tree)
        Bounded().visit(tree)
        tree.set_environment(env)
        return tree
    except Exception as error:
        raise _blame(error, str(path)) from error


class _Loader(jinja2.BaseLoader):
    """Compiles from the checked tree, so that constants cannot explode at compile time."""

    def __init__(self, roots: Roots, *, traced: bool, probed: bool) -> None:
        self._roots = roots
        self._traced = traced
        self._probed = probed

    def load(self, environment: Any, name: str, globals: Any = None) -> jinja2.Template:
        found = self._roots.source(name)
        if found is None:
            raise jinja2.TemplateNotFound(name)
        tree = _parse(environment, name, *found)
        if self._traced:
            Placed(name, str(found[1])).visit(tree)
        if self._probed:
            probe(tree, name)
        if self._traced or self._probed:
            tree.set_environment(environment)
        code = environment.compile(tree, name, str(found[1]))
        template = jinja2.Template.from_code(environment, code, globals or {})
        template.globals = dict(template.globals)  # each include goes through all of them
        return template


def _environment(
    roots: Roots,
    write: Callable[[str], str],
    extensions: list[type[Extension]],
    *,
    traced: bool = False,
    seen: Callable[[str], None] | None = None,
) -> Sandbox:
    env = Sandbox(
        loader=_Loader(roots, traced=traced, probed=seen is not None),
        extensions=extensions,
        undefined=Unknown,
        finalize=finalizer(write),
        autoescape=False,
        optimized=False,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.filters = cast("dict[str, Any]", filters.filters(env.filters, total))
    if traced:
        env.filters[FROM] = place
    if seen is not None:
        env.filters[SEEN] = seen
    tests = filters.tests(cast("dict[str, Callable[..., Any]]", env.tests))
    env.tests = cast("dict[str, Any]", tests)
    env.globals = {"range": limits.numbers, "namespace": namespace}
    return env


def _blame(error: Exception, name: str) -> TemplateError:
    """The error as a TemplateError that starts with path:line."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        return blame(f"{error.filename or name}:{error.lineno}", plainly(str(error.message)))
    text = (
        f"no template {error}"
        if isinstance(error, jinja2.TemplateNotFound)
        else plainly(str(error))
    )
    return blame(template_line(error) or name, text or type(error).__name__)
