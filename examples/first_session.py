"""A coaching session in ten lines: no key, no network."""

import coach

bot = coach.Bot("grow")  # in memory; store="sqlite:///coach.db" keeps it
talk = bot.session(user="ada")
print("coach>", talk.greeting)

for line in ("Hand in my thesis by summer", "A bound copy on my desk", "about a nine"):
    turn = talk.say(line)
    print("ada>  ", line)
    print("coach>", turn.reply)

print()
print("stage:", turn.stage, "| asked next:", talk.asks)
print(turn.why)
