"""The JSON Schema of story files, derived from the models, for editors and other programs."""

from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from coach.flows.schema import DIALECT
from coach.testing.stories.expect import SHORTS
from coach.testing.stories.story import Header, Story


def story_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of one document of a story file: a story, or the header.

    It holds shape only; whether stages and fields exist, the flow says.
    """
    either: TypeAdapter[Any] = TypeAdapter(Header | Story)
    schema = either.json_schema(schema_generator=_FileSchema)
    return {"$schema": DIALECT, "title": "coachflow story", **schema}


class _FileSchema(GenerateJsonSchema):
    """Pydantic's schema, plus the short forms that our validators make long."""

    def function_before_schema(
        self, schema: core_schema.BeforeValidatorFunctionSchema
    ) -> JsonSchemaValue:
        inner = super().function_before_schema(schema)
        function = schema["function"]["function"]
        if getattr(function, "__name__", "") == "_several":
            return {"anyOf": [inner.get("items"), inner, {"type": "null"}]}
        shorts = (short for each, short in SHORTS.items() if each is function)
        return {"anyOf": [*shorts, inner]}
