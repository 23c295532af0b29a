"""A document is drafted from the answers, rejected, put right, and signed off."""

import coach
from coach.vocabulary.commands import Note

talk = coach.Bot("requirements").session(user="grace")
lines = (
    "A reading club app",
    "People forget when we meet and what we read",
    "Book lovers in small towns",
    "the public",
    "reminders, a shared reading list, a vote on the next book",
    "2",
    "web",
    "1 June 2027",
    "no running costs",
)
for line in lines:
    turn = talk.say(line)
print("coach>", turn.reply)  # the draft, and whether it says what is meant

for line in ("no", "where it runs", "mobile", "yes"):
    print("grace>", line)
    turn = talk.say(line)
    print("coach>", turn.reply)

# A correction now would make version 3. Code can keep something beside it, too:
talk.say("(a note)", heard=[Note(artifact="open points", content="who hosts the list?")])
print("grace> yes")
print("coach>", talk.say("yes").reply)

context = talk.context
for made in context.artifacts.values():
    print(f"{made.id}  {made.name}, version {made.version}: {made.status}")
    for review in context.get_artifact_reviews(made.id):
        print(f"    {review.verdict} by the {review.reviewer} {review.comment}".rstrip())
