"""Whose fault: a template's error, with the template's own line and what would have worked."""

import re

from coach.errors import TemplateError, did_you_mean
from coach.prompting.filters import FILTERS, HELPERS

TAGS = (
    *("block", "call", "extends", "filter", "for", "from", "if", "import", "include", "macro"),
    *("message", "section", "set", "with"),
)
_UNKNOWN = re.compile(r"(filter|tag)(?: named)? '(\w+)'")


def blame(where: str, text: str) -> TemplateError:
    """'where: text', with a hint when the text is about an unknown filter or tag."""
    return TemplateError(f"{where}: {text}{hint(text)}")


def template_line(error: BaseException) -> str | None:
    """'path:line' of the innermost template in the traceback, in the template's own lines."""
    where, step = None, error.__traceback__
    while step is not None:
        template = step.tb_frame.f_globals.get("__jinja_template__")
        if template is not None:
            where = f"{template.filename}:{template.get_corresponding_lineno(step.tb_lineno)}"
        step = step.tb_next
    return where


def hint(text: str) -> str:
    """What would have worked, when the text is about an unknown filter or tag; else ''."""
    found = _UNKNOWN.search(text)
    if found is None:
        return ""
    known = (*FILTERS, *HELPERS) if found[1] == "filter" else TAGS
    if found[2] in known:
        return " Messages and sections belong to pages, not to replies."
    return did_you_mean(found[2], known)
