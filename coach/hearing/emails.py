"""An e-mail address, wherever in the message it stands."""

import re

# The look-behind lets a search begin only where a word begins: linear, and never half a name.
LOCAL = r"A-Za-z0-9.!#$%&'*+/=?^_`{|}~\-"
ADDRESS = re.compile(rf"(?<![{LOCAL}@])[{LOCAL}]{{1,70}}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
WRAPPING = "'*`_{|/=.!?~"


def read_email(text: str) -> str | None:
    """The one address of a message; None when there is none or more than one."""
    if "@" not in text:
        return None
    found = {address.lstrip(WRAPPING) for address in ADDRESS.findall(text)}
    return found.pop() if len(found) == 1 else None
