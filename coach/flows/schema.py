"""The JSON Schema of flow files, derived from the models, for editors and other programs."""

from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from coach.flows.flow import Flow

DIALECT = "https://json-schema.org/draft/2020-12/schema"
THRESHOLD = {"type": "string", "pattern": r"^(always|below (0?\.\d+|0|1|1\.0))$"}


def flow_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a flow file: what is allowed where, and its limits.

    It holds shape only; whether names exist is for `check`.
    """
    schema = Flow.model_json_schema(by_alias=True, schema_generator=_FileSchema)
    tidy: dict[str, Any] = _tidied(schema)
    return {"$schema": DIALECT, "title": "coachflow flow", **tidy}


class _FileSchema(GenerateJsonSchema):
    """Pydantic's schema, plus the short forms that the validators of our models allow."""

    def function_before_schema(
        self, schema: core_schema.BeforeValidatorFunctionSchema
    ) -> JsonSchemaValue:
        inner = super().function_before_schema(schema)
        name = getattr(schema["function"]["function"], "__name__", "")
        shorts = {"_several": inner.get("items"), "_threshold": THRESHOLD}
        return {"anyOf": [shorts[name], inner]} if name in shorts else inner

    def function_after_schema(
        self, schema: core_schema.AfterValidatorFunctionSchema
    ) -> JsonSchemaValue:
        inner = super().function_after_schema(schema)
        distinct = getattr(schema["function"]["function"], "__name__", "") == "_distinct"
        return {**inner, "uniqueItems": True} if distinct else inner


def _tidied(schema: Any) -> Any:
    """Limits by their names in JSON Schema, and maps closed to keys that are no names."""
    if isinstance(schema, list):
        return [_tidied(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    names = {"ge": "minimum", "le": "maximum"}
    tidy = {names.get(key, key): _tidied(value) for key, value in schema.items()}
    if "patternProperties" in tidy:
        tidy["additionalProperties"] = False
    return tidy
