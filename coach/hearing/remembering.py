"""What somebody asks to be remembered: 'remember that …', 'merk dir, dass …'."""

import re

from coach.vocabulary.commands import Remember

LEAD = re.compile(
    r"\s{0,9}(?:please|ok(?:ay)?|hey|and|also|bitte|und)?[ ,]{0,3}"
    r"(?:remember(?:\s{1,3}this)?(?:\s{0,3}:|\s{1,3}that\b(?!\s{1,3}(?:time|day|one|night|moment)\b))"
    r"|(?:merk|merke)\s{1,3}dir(?:\s{1,3}bitte)?(?:\s{0,3}:|,?\s{1,3}dass\b))"
    r"\s{0,9}(?P<content>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
ORDER = re.compile(
    r"(?:you\s{1,3}should|always|never|don['’]?t|do\s{1,3}not|please|call\s{1,3}me|use|speak|write"
    r"|answer|ask|keep|stop|immer|nie|niemals|bitte|nenn|sprich|antworte|frag|schreib)\b",
    re.IGNORECASE,
)


def remember_of(text: str) -> Remember | None:
    """What a whole message asks to be remembered; None when it asks nothing like that.

    What says how to talk ('always …', 'call me …') is an instruction, anything else a fact.
    """
    if text.rstrip().endswith("?"):
        return None
    found = LEAD.match(text)
    if found is None:
        return None
    content = found["content"].strip().rstrip(".!")
    if not content:
        return None
    kind = "instruction" if ORDER.match(content) else "fact"
    return Remember(kind=kind, content=content)
