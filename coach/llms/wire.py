"""A request as the library's messages and parameters, and its response as our completion."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelRequestPart,
    ModelResponse,
    ModelResponsePart,
    SystemPromptPart,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.output import OutputObjectDefinition
from pydantic_ai.tools import ToolDefinition

from coach.llms.faults import Failure, What
from coach.vocabulary.llm import (
    Completion,
    Finish,
    LlmMessage,
    LlmRequest,
    OutputSpec,
    ToolCall,
    ToolSpec,
    Usage,
)
from coach.vocabulary.words import Role

_TAGS = re.compile(r"<(?=/?(?:system|tool_result)\b)", re.IGNORECASE)


def to_messages(messages: Iterable[LlmMessage], inline: bool) -> list[ModelMessage]:
    """The messages in their order. `inline` says that the wire takes system messages anywhere;
    else one after the beginning is a text in <system> tags of the user's turn, and no other text
    keeps such a tag."""
    names: dict[str, str] = {}
    found: list[ModelMessage] = []
    begun = False
    for said, group in groupby(messages, lambda message: message.role is Role.ASSISTANT):
        if said:
            begun = True
            for message in group:
                names |= {call.id: call.name for call in message.tool_calls}
                found.append(ModelResponse(parts=list(_answered(message, inline))))
            continue
        parts: list[ModelRequestPart] = []
        for message in group:
            leading = not begun and message.role is Role.SYSTEM
            begun = not leading
            parts.append(_part(message, names, inline or leading))
        found.append(ModelRequest(parts=parts))
    return found


def _answered(message: LlmMessage, inline: bool) -> Iterator[ModelResponsePart]:
    if message.content:
        yield TextPart(_plain(message.content, inline))
    for call in message.tool_calls:
        yield ToolCallPart(call.name, call.arguments, tool_call_id=call.id)


def _part(message: LlmMessage, names: dict[str, str], inline: bool) -> ModelRequestPart:
    text = message.content
    match message:
        case LlmMessage(role=Role.SYSTEM) if inline:
            return SystemPromptPart(text)
        case LlmMessage(role=Role.SYSTEM):
            return UserPromptPart(f"<system>\n{_plain(text, False)}\n</system>")
        case LlmMessage(role=Role.TOOL, tool_call_id=None):
            return UserPromptPart(f"<tool_result>\n{_plain(text, False)}\n</tool_result>")
        case LlmMessage(role=Role.TOOL, tool_call_id=str() as id):
            return ToolReturnPart(names.get(id, "tool"), _plain(text, inline), tool_call_id=id)
    return UserPromptPart(_plain(text, inline))


def _plain(text: str, inline: bool) -> str:
    return text if inline else _TAGS.sub(r"<\\", text)


def to_parameters(request: LlmRequest, native: bool) -> ModelRequestParameters:
    """Tools and the form of the answer: by JSON Schema where it is `native`, else as the call of
    a tool that must be called."""
    tools = [_tool(tool) for tool in request.tools]
    output = request.output
    if output is None:
        return ModelRequestParameters(function_tools=tools)
    if native:
        wanted = OutputObjectDefinition(
            json_schema=dict(output.parameters),
            name=output.name,
            strict=True,
            description=output.description or None,
        )
        return ModelRequestParameters(
            function_tools=tools, output_mode="native", output_object=wanted
        )
    return ModelRequestParameters(
        function_tools=tools,
        output_mode="tool",
        output_tools=[_tool(output)],
        allow_text_output=False,
    )


def _tool(spec: ToolSpec | OutputSpec) -> ToolDefinition:
    schema = dict(spec.parameters) or {"type": "object", "properties": {}}
    return ToolDefinition(
        name=spec.name,
        description=spec.description or None,
        parameters_json_schema=schema,
        kind="output" if isinstance(spec, OutputSpec) else "function",
    )


def to_completion(response: ModelResponse, request: LlmRequest) -> Completion | Failure:
    """What was answered, or why it is no answer. The call that holds an output is its text."""
    calls = [part for part in response.parts if isinstance(part, ToolCallPart)]
    outputs = [c for c in calls if request.output and c.tool_name == request.output.name]
    texts = [part.content for part in response.parts if isinstance(part, TextPart)]
    tools = tuple(_call(call) for call in calls if call not in outputs)
    text = _arguments(outputs[0]) if outputs else "".join(texts)
    if response.finish_reason == "content_filter":
        return Failure(what=What.REFUSED)
    if not text.strip() and not tools:
        return Failure(what=What.CUT if response.finish_reason == "length" else What.EMPTY)
    return Completion(
        text=text,
        tool_calls=tools,
        usage=_usage(response),
        model=response.model_name or "",
        finish=_finish(response, tools),
    )


def _call(part: ToolCallPart) -> ToolCall:
    return ToolCall(id=part.tool_call_id, name=part.tool_name, arguments=_arguments(part))


def _arguments(part: ToolCallPart) -> str:
    """As they were written, where they were a text."""
    return part.args if part.args and isinstance(part.args, str) else part.args_as_json_str()


def _finish(response: ModelResponse, tools: tuple[ToolCall, ...]) -> Finish:
    if response.finish_reason == "length":
        return Finish.LENGTH
    return Finish.TOOL_CALLS if tools else Finish.STOP


def _usage(response: ModelResponse) -> Usage | None:
    """None when the provider said nothing."""
    told = response.usage
    if not (told.input_tokens or told.output_tokens):
        return None
    return Usage(
        input_tokens=told.input_tokens,
        cached_tokens=told.cache_read_tokens,
        output_tokens=told.output_tokens,
    )
