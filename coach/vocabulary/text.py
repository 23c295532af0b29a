"""Text that every store can hold."""

import re
from typing import Annotated

from pydantic import AfterValidator

SURROGATE = re.compile(r"[\ud800-\udfff]")


def clean_text(text: str) -> str:
    """The text without U+0000; lone surrogates become U+FFFD."""
    if text.isascii():
        return text.replace("\0", "") if "\0" in text else text
    return SURROGATE.sub("\ufffd", text.replace("\0", ""))


Words = Annotated[str, AfterValidator(clean_text)]
