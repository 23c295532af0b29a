"""A flow built in Python, with a guard and an action of its own."""

import coach
from coach.vocabulary.fields import RatingField, TextField

registry = coach.Registry()


@registry.guard
def said_enough(context: coach.CoachContext) -> bool:
    return len(str(context.value("worry"))) >= 20


@registry.action
def note_relief(context: coach.CoachContext) -> None:
    context.metadata["relief"] = 10 - int(str(context.value("left")))


flow = coach.Flow(
    flow="unload",
    title="Put a worry down",
    start="worry",
    stages={
        "worry": coach.Stage(
            collect={"worry": TextField(type="text", ask="What is on your mind?")},
            next=(coach.Transition(to="measure", when="has(worry) and said_enough()"),),
        ),
        "measure": coach.Stage(
            collect={"left": RatingField(type="rating", ask="How heavy is it now, 0 to 10?")},
            next=(coach.Transition(to="done", when="has(left)", do=("note_relief",)),),
        ),
        "done": coach.Stage(final=True),
    },
).using(registry)

talk = coach.Bot(flow).session(user="ada")
print("coach>", talk.greeting)
for line in ("My thesis is late and nobody knows", "6"):
    print("ada>  ", line)
    print("coach>", talk.say(line).reply)
print("kept with the turn:", talk.context.metadata)
