"""A conversation in Python. states/ and prompts/ beside this file come before the built-in ones.

As it is, the coach hears by rules and answers from templates: no key, no network. With an llm,
`coach.Bot("habit", llm="openai:gpt-5.2")`, that hears and speaks, and the flow stays in charge.
"""

import coach

bot = coach.Bot("habit")  # in memory; store="sqlite:///coach.db" keeps what is said
talk = bot.session(user="me")
print("coach>", talk.greeting)
for line in ("read before sleeping", "skip", "ten pages", "5"):
    turn = talk.say(line)
    print("me>   ", line)
    print("coach>", turn.reply)
print(turn.why)  # every rule that was looked at, and what it read
