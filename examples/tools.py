"""An llm calls a tool of the stage; what it calls and gets is kept with the turn."""

import coach
from coach.flows.load import parse_flow
from coach.testing import ScriptedLLM
from coach.vocabulary.llm import ToolCall

FLOW = """
flow: trip
start: plan
tools: [forecast]
stages:
  plan:
    collect:
      city: {type: text, ask: Where would you like to go?}
    next:
      - {to: done, when: has(city)}
  done: {final: true}
"""

registry = coach.Registry()


@registry.tool(timeout=5)
def forecast(context: coach.CoachContext, city: str, days: int = 1) -> dict[str, object]:
    """What the weather will be in a city over the next days."""
    return {"city": city, "days": days, "sky": "clear", "asked_at": context.stage}


llm = ScriptedLLM(  # llm="openai:gpt-5.2" where you have a key
    hear=[{"commands": [{"command": "say_nothing"}]}],
    speak=[
        ToolCall(id="1", name="forecast", arguments='{"city": "Oslo", "days": 2}'),
        "Two clear days in Oslo. Is that where you would like to go?",
    ],
)
flow = parse_flow(FLOW, registry=registry)
talk = coach.Bot(flow, llm=llm).session(user="ada")
print(talk.say("Is it sunny in Oslo?").reply)
for message in talk.history()[1:]:
    calls = [f"calls {call.name}({call.arguments})" for call in message.tool_calls]
    print(f"{message.role}: {message.content or calls[0]}")
for run in talk.context.tool_history:
    print(run.tool, run.arguments, "ok" if run.success else run.error)
