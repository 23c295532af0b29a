"""What was only assumed is confirmed or rejected before the wizard ends."""

import coach

bot = coach.Bot("requirements")
talk = bot.session(user="grace")
lines = (
    "A reading club app",
    "People forget when we meet and what we read",
    "I think book lovers in small towns",  # hedged: held as an assumption
    "skip",  # the scale takes its default: an assumption too
    "reminders, a shared reading list, a vote on the next book",
    "2",
    "skip",
    "skip",
    "skip",
)
for line in lines:
    turn = talk.say(line)

print("open before the end:")
for assumption in talk.context.get_unconfirmed_assumptions():
    print(f"  {assumption.content}  (confidence {assumption.confidence}, {assumption.source})")

answers = {"audience": "yes", "scale": "no, the public", "platform": "yes"}
while not talk.finished:
    print("coach>", turn.reply)
    reply = answers.get(talk.asks or "", "yes")
    print("grace>", reply)
    turn = talk.say(reply)

print("coach>", turn.reply)
for assumption in talk.context.assumptions.values():
    print(f"  {assumption.content}: {assumption.status}")
