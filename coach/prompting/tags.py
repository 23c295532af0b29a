"""The tags of a page: `{% message %}` and `{% section %}`, as calls that open and close."""

from collections.abc import Iterator
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser

from coach.errors import did_you_mean
from coach.prompting import marks


class Tags(Extension):
    """`{% message role %}` or a message, `{% section name key=value flag %}`; each has its end."""

    tags = {"message", "section"}
    close_message = marks.CloseMessage()
    close_section = marks.CloseSection()

    def parse(self, parser: Parser) -> nodes.Node:
        tag = next(parser.stream)
        name = parser.parse_expression()
        settings = [] if tag.value == "message" else list(_settings(parser))
        body = parser.parse_statements((f"name:end{tag.value}",), drop_needle=True)
        opening = self.call_method(_opener(tag.value, name), [name], settings, lineno=tag.lineno)
        closing = self.attr(f"close_{tag.value}", lineno=tag.lineno)
        body = [nodes.Output([opening]), *body, nodes.Output([closing])]
        return nodes.Scope(body, lineno=tag.lineno).set_lineno(tag.lineno)

    def open_message(self, said: Any) -> str:
        return marks.open_message(_there(said))

    def open_section(self, name: Any, **settings: Any) -> str:
        return marks.open_section(name, _all_there(settings))

    def open_lent_section(self, name: Any, **settings: Any) -> str:
        return marks.open_section(_there(name), _all_there(settings), lent=True)


def _opener(tag: str, name: nodes.Expr) -> str:
    """What opens it: a section whose name is no literal has it from data."""
    lent = tag == "section" and not isinstance(name, nodes.Const)
    return "open_lent_section" if lent else f"open_{tag}"


def _all_there(settings: dict[str, Any]) -> dict[str, Any]:
    return {name: _there(value) for name, value in settings.items()}


def _there(value: Any) -> Any:
    if isinstance(value, jinja2.Undefined):
        str(value)  # raises, and says what is missing
    return value


def _settings(parser: Parser) -> Iterator[nodes.Keyword]:
    while parser.stream.current.type != "block_end":
        key = parser.stream.expect("name").value
        if key not in marks.SETTINGS:
            parser.fail(f"a section has no {key!r}.{did_you_mean(key, marks.SETTINGS)}")
        if parser.stream.skip_if("assign"):
            yield nodes.Keyword(key, parser.parse_expression())
        elif key in marks.FLAGS:
            yield nodes.Keyword(key, nodes.Const(True))
        else:
            parser.fail(f"{key!r} needs a value, such as {key}=60")
