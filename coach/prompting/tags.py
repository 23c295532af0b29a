"""The tags of a page: `{% message %}` and `{% section %}`, as calls that open and close."""

from itertools import count
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser

from coach.errors import did_you_mean
from coach.prompting import marks

NEEDS = {
    "message": "a message needs a role, such as 'user', or a message of the history",
    "section": "a section needs a name, such as 'facts'",
}


class Tags(Extension):
    """`{% message role %}` or a message, `{% section name key=value flag %}`; each has its end."""

    tags = {"message", "section"}
    close_message = marks.CloseMessage()
    close_section = marks.CloseSection()

    def parse(self, parser: Parser) -> nodes.Node:
        tag = next(parser.stream)
        message = tag.value == "message"
        name = _first(parser, tag.value)
        settings = [] if message else _settings(parser)
        body = parser.parse_statements((f"name:end{tag.value}",), drop_needle=True)
        lent = [] if message else [nodes.Const(not isinstance(name, nodes.Const))]
        opening = self.call_method(f"open_{tag.value}", [name, *lent], settings, lineno=tag.lineno)
        closing = self.attr(f"close_{tag.value}", lineno=tag.lineno)
        body = [nodes.Output([opening]), *body, nodes.Output([closing])]
        return nodes.Scope(body, lineno=tag.lineno).set_lineno(tag.lineno)

    def __init__(self, environment: jinja2.Environment) -> None:
        super().__init__(environment)
        self._ready: dict[str, str] = {}
        self._numbers = count()

    def ready(self, tag: str, *args: Any, **settings: Any) -> str | None:
        """The attribute that holds a mark from now on; None for what cannot be, which is said
        where the template runs into it."""
        key = repr((tag, args, settings))
        if key not in self._ready:
            try:
                mark = getattr(self, tag)(*args, **settings)
            except marks.Misplaced:
                return None
            name = f"ready_{next(self._numbers)}"
            setattr(self, name, mark)
            self._ready[key] = name
        return self._ready[key]

    def open_message(self, said: Any) -> str:
        return marks.open_message(_there(said))

    def open_section(self, name: Any, lent: bool, **settings: Any) -> str:
        given = {setting: _there(value) for setting, value in settings.items()}
        return marks.open_section(_there(name), given, lent=lent)


def _there(value: Any) -> Any:
    """The value; when there is none, an error that says how a word is written."""
    if isinstance(value, jinja2.Undefined):
        try:
            str(value)
        except jinja2.UndefinedError as error:
            text = str(error).replace(" here.", " here (a word stands in quotes).", 1)
            raise marks.Misplaced(text) from None
    return value


def _first(parser: Parser, tag: str) -> nodes.Expr:
    """What stands behind the tag's name."""
    if parser.stream.current.type == "block_end":
        parser.fail(NEEDS[tag])
    first = parser.parse_expression()
    if tag == "message" and parser.stream.current.type != "block_end":
        parser.fail("a message takes its role, or a message of the history, and nothing else")
    return first


def _settings(parser: Parser) -> list[nodes.Keyword]:
    found: dict[str, nodes.Keyword] = {}
    while parser.stream.current.type != "block_end":
        if parser.stream.current.type != "name":
            parser.fail("a section takes its name, then settings such as priority=60, no commas")
        key = next(parser.stream).value
        if key not in marks.SETTINGS:
            parser.fail(f"a section has no {key!r}.{did_you_mean(key, marks.SETTINGS)}")
        if key in found:
            parser.fail(f"{key!r} stands twice")
        found[key] = nodes.Keyword(key, _value(parser, key))
    return list(found.values())


def _value(parser: Parser, key: str) -> nodes.Expr:
    if parser.stream.skip_if("assign"):
        return parser.parse_expression()
    if key not in marks.FLAGS:
        parser.fail(f"{key!r} needs a value, such as {key}=60")
    return nodes.Const(True)
