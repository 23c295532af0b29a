"""What one who hears has to know of the script, as templates see it."""

from coach.vocabulary.value import Value


class FieldView(Value):
    """A field of the flow, as one who hears has to know it. `choices` are the fixed ones."""

    name: str
    label: str
    type: str = "text"
    ask: str = ""
    expects: str = ""
    about: str = ""
    examples: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    optional: bool = False


class TriggerView(Value):
    """A trigger of the stage; `because` says what it is for."""

    name: str
    because: str = ""
