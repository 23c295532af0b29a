"""A session survives its process: the second bot knows only the file."""

import tempfile
from pathlib import Path

import coach

with tempfile.TemporaryDirectory() as folder:
    store = f"sqlite:///{Path(folder) / 'coach.db'}"

    first = coach.Bot("grow", store=store)
    first.session(user="ada").say("Hand in my thesis by summer")
    first.close()

    second = coach.Bot("grow", store=store)
    talk = second.session(user="ada")
    print("resumed:", talk.resumed)
    print("coach> ", talk.greeting)

    turn = talk.say("A bound copy on my desk", key="message-2")
    again = talk.say("A bound copy on my desk", key="message-2")  # sent twice, kept once
    print("twice:  ", again.repeated, again.reply == turn.reply, len(talk.history()), "messages")
    second.close()
