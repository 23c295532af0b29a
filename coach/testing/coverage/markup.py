"""Markup: HTML and SVG from values, everything escaped. No scripts, no styles within the text."""

from html import escape


class Html(str):
    """Markup that is whole already; any other text is escaped when it goes in."""

    __slots__ = ()


Content = str | int | float | None
Attribute = str | int | float | None


def el(name: str, *content: Content, **attributes: Attribute) -> Html:
    """An element: `el("td", "a < b", class_="name")`. None among contents or attributes is left
    out; `_` in a name of an attribute is '-', and one at its end is nothing."""
    given = ((key.rstrip("_").replace("_", "-"), v) for key, v in attributes.items())
    head = "".join(f' {key}="{_text(value)}"' for key, value in given if value is not None)
    return Html(f"<{name}{head}>{inner(*content)}</{name}>")


def inner(*content: Content) -> Html:
    """Contents one after the other."""
    return Html("".join(_text(part) for part in content if part is not None))


def _text(part: Content) -> str:
    if isinstance(part, Html):
        return part
    return f"{part:g}" if isinstance(part, float) else escape(_printable(str(part)), quote=True)


def _printable(text: str) -> str:
    """Without what no HTML document may hold."""
    return "".join(c if c >= " " or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text)
