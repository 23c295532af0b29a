"""Run your own flow: states/ and prompts/ beside this file are found before the built-in ones."""

import coach

bot = coach.Bot("habit")
talk = bot.session(user="me")
print("coach>", talk.greeting)
for line in (
    "Read before sleeping",
    "skip",
    "ten pages",
    "5",
    "one page",
    "9",
    "after I set the alarm",
):
    print("me>   ", line)
    print("coach>", talk.say(line).reply)
