"""Sessions and turns: what was kept comes back, once, in order, and to nobody else."""

import random

import pytest

from coach.bot import Bot
from coach.errors import CoachError, IdempotencyKeyReuse, SessionNotFound, StoreUnavailable
from coach.session import Session
from coach.stores.sql import SqlStore
from coach.testing.store_kit.opening import Opening, again

LINES = ["run a marathon", "a medal on the wall", "9", "change goal: climb a hill", "undo", "back"]
WORDS = [*LINES, "skip", "yes", "no", "4", "I am tired after work", "restart"]


class SessionKit(Opening):
    """One worker."""

    def test_a_session_comes_back_as_it_was(self, talk: Session, other: SqlStore) -> None:
        """Context, messages and log, read by somebody else."""
        for line in LINES:
            talk.say(line)
        seen = again(other)
        assert seen.context == talk.context
        assert seen.history() == talk.history()
        assert seen.turns() == talk.turns()
        assert seen.page() == talk.page()

    def test_messages_are_numbered_without_a_gap(self, talk: Session) -> None:
        """In the order they were said, whatever the clock does."""
        for line in LINES:
            talk.say(line)
        assert [message.seq for message in talk.history()] == list(range(1, 2 * len(LINES) + 2))

    def test_the_log_folds_to_the_context(self, talk: Session, store: SqlStore) -> None:
        """Turn by turn: each has a context, and the last one is what is kept."""
        revisions = [talk.say(line).revision for line in LINES]
        folded = list(store.contexts("s"))
        assert [context.revision for context in folded] == [0, *revisions]
        assert folded[-1] == store.load("s")

    def test_a_key_is_done_once(self, talk: Session, other: SqlStore) -> None:
        """Sent again, by whomever, it gives the same turn."""
        first = talk.say("run a marathon", key="k")
        for session in (talk, again(other)):
            assert session.say("run a marathon", key="k").reply == first.reply
        assert talk.context.revision == 1
        assert len(talk.history()) == 3

    def test_a_key_with_another_text_is_an_error(self, talk: Session) -> None:
        """Nothing is written."""
        talk.say("run a marathon", key="k")
        before = talk.history()
        with pytest.raises(IdempotencyKeyReuse, match="'k'"):
            talk.say("climb a hill", key="k")
        assert talk.history() == before

    def test_a_failure_leaves_the_session_as_it_was(self, talk: Session, store: SqlStore) -> None:
        """Whichever statement of the turn fails; then the turn goes through."""
        talk.say("run a marathon")
        before, failed = talk.context, 0
        while _fails(store, failed + 1, talk):
            failed += 1
            assert again(store).context == before
        assert failed > 4
        assert talk.context.revision == 2

    def test_a_random_walk_stays_sound(self, store: SqlStore) -> None:
        """Of three sessions in turn; each comes back as it was left."""
        choose = random.Random(7)  # noqa: S311  # a walk, not a secret
        talks = [again(store, name, "ada") for name in ("s1", "s2", "s3")]
        for _ in range(60):
            _try(choose.choice(talks), choose.choice(WORDS))
        for talk in talks:
            assert again(store, talk.id).context == talk.context

    def test_a_session_of_another_looks_absent(self, talk: Session, other: SqlStore) -> None:
        """It cannot be opened, and is in no list."""
        talk.say("run a marathon")
        with pytest.raises(SessionNotFound):
            again(other, "s", "eve")
        assert other.sessions("eve") == []
        assert [line.session_id for line in other.sessions("ada")] == ["s"]

    def test_two_people_are_two(self, bot: Bot, store: SqlStore) -> None:
        """Ids are opaque: no case is folded, no blank is cut."""
        users = ["Ann@example.com", "ann@example.com", "ann@example.com ", "\uff41nn@example.com"]
        for number, user in enumerate(users):
            bot.session(user, id=f"s{number}").say(f"goal {number}")
        assert [[line.session_id for line in store.sessions(user)] for user in users] == [
            [f"s{number}"] for number in range(4)
        ]

    def test_a_user_resumes_the_newest(self, bot: Bot) -> None:
        """Or begins another beside it: several may be open at once."""
        first = bot.session("ada")
        first.say("run a marathon")
        second = bot.session("ada", new=True)
        assert second.id != first.id
        assert bot.session("ada").id == second.id
        assert len(bot.sessions("ada")) == 2

    def test_a_deleted_session_is_gone(
        self, talk: Session, store: SqlStore, other: SqlStore
    ) -> None:
        """For everybody, and for whoever had it at hand."""
        talk.say("run a marathon")
        assert again(other).context.revision == 1
        assert store.delete("s")
        assert not other.delete("s")
        for at in (store, other):
            with pytest.raises(SessionNotFound):
                at.load("s")
        with pytest.raises(SessionNotFound):
            talk.say("a medal")


def _try(talk: Session, line: str) -> None:
    """A session may have ended, or a command be refused."""
    try:
        talk.say(line)
    except StoreUnavailable:
        raise
    except CoachError:
        return


def _fails(store: SqlStore, nth: int, talk: Session) -> bool:
    """Whether a turn fails when its n-th statement does."""
    left = [nth]

    def watch(what: str, sql: str) -> None:
        left[0] -= what == "run" and sql != "ROLLBACK"
        if left[0] == 0:
            left[0] = -1
            raise StoreUnavailable(f"made to fail before {sql:.40}")

    store.database.watcher = watch
    try:
        talk.say("a medal", key="k")
    except StoreUnavailable:
        return True
    finally:
        store.database.watcher = None
    return False
