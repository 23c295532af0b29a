"""CoachContext: the record of one session, as guards, actions and users hold it."""

import copy
from collections.abc import Collection as Names
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Self

from pydantic import PrivateAttr

from coach.errors import CoachError
from coach.record.clean import clean_json
from coach.record.collection import Collection
from coach.record.injecting import bound
from coach.record.knowing import Knowing
from coach.record.message import Message
from coach.record.profile import NOBODY, Profile
from coach.record.tool_run import ToolRun
from coach.vocabulary.commands import Answerable

PAST = 20
# What no undo gives back: it is spent, it is about messages that were said all the same, or it is
# the application's.
COUNTERS = (
    *("revision", "messages", "tokens", "tool_calls", "turns", "updated_at", "last_message_at"),
    "given",
)
SPENT = (*COUNTERS, "window_start", "summaries")
COPIED = ("asked", "answers", "superseded", "resume_points", "achieved", "known", "fired")
COLLECTIONS = (
    *("assumptions", "artifacts", "reviews", "tool_runs", "tasks", "sections"),
    *("transitions", "summaries"),
)


class CoachContext(Knowing):
    """One session's record at one revision: where it stands, what is known, what is believed.

    A validated snapshot, never a database row. `revision` is the number of kept turns,
    `turns` those that spent the flow's budget; `asked` counts how often each field was asked;
    `asks` is the field being asked, `asks_about` the assumption that waits for a yes or no;
    `undo_head` the revision that `undo` would take back, `rewound` the last rewind; a fork says
    by `forked_from` and `forked_at` of which session and turn; `window_start` is the number of the
    first message that is shown whole, and `summaries` stand for those before it. `metadata` is
    plain JSON for actions. `CoachContext(session_id="s")` is one without a flow.
    """

    _window: tuple[Message, ...] | None = PrivateAttr(default=None)
    _person: Profile = PrivateAttr(default=NOBODY)
    _past: dict[int, dict[str, Any]] = PrivateAttr(default_factory=dict)

    # -- the seeds' names ------------------------------------------------------------------

    @property
    def current_state(self) -> str:
        """The stage (seed 000's name)."""
        return self.stage

    @property
    def summary(self) -> str | None:
        """What is left of the messages before the window; None while nothing has left it."""
        return "\n".join(s.text for s in self.summaries.frontier if s.lines) or None

    @property
    def consolidated_summary(self) -> str | None:
        """The summary (seed 000's name)."""
        return self.summary

    @property
    def conversation_id(self) -> str:
        """The session's id (seed 002's and 004's name)."""
        return self.session_id

    @property
    def message_count(self) -> int:
        """The number of messages (seed 002's name)."""
        return self.messages

    @property
    def tool_calls_count(self) -> int:
        """The number of tool runs (seed 002's name)."""
        return self.tool_calls

    @property
    def total_tokens(self) -> int:
        """The tokens of all messages (seed 002's name)."""
        return self.tokens

    @property
    def wizard_stage(self) -> str:
        """The stage (seed 004's name)."""
        return self.stage

    @property
    def wizard_progress(self) -> float:
        """From 0 to 1 (seed 004's name)."""
        return self.progress

    @property
    def wizard_data(self) -> Mapping[str, Answerable]:
        """The values that count, by field (seed 004's name)."""
        return {a.field: a.value for a in self.answers.values() if a.counts and a.value is not None}

    @property
    def tool_history(self) -> list[ToolRun]:
        """The tool runs, oldest first (seed 004's name)."""
        return list(self.tool_runs.values())

    @property
    def conversation_history(self) -> tuple[Message, ...]:
        """The messages that were loaded with this snapshot, oldest first: a window, not all."""
        return self._window or ()

    @property
    def window_in_hand(self) -> tuple[Message, ...] | None:
        """The same, None when none were loaded."""
        return self._window

    def show_window(self, messages: Iterable[Message]) -> None:
        """Attach the newest messages, oldest first, as `conversation_history`."""
        self._window = tuple(messages)

    @property
    def person(self) -> Profile:
        """What is known of the person across sessions, as it was when this snapshot was loaded.
        To look at: `bot.person(user).update` changes it."""
        return self._person

    def show_person(self, profile: Profile) -> None:
        """Attach what is known of the person as `person`."""
        self._person = profile

    # -- the page --------------------------------------------------------------------------

    def to_prompt_injection(
        self,
        max_tokens: int | None = None,
        include_sections: Names[str] | None = None,
        exclude_sections: Names[str] = (),
    ) -> str:
        """What has gathered, as one block for a prompt of your own: at most `max_tokens` tokens
        of the settings' encoding (without a number what the settings say, 2,000 by default).

        Sections by name: wizard_progress, unconfirmed_assumptions, pending_artifacts,
        approved_artifacts, recent_tools (or tool_history), tasks, answers, summary, known,
        workflow, and your own.
        InvalidValue for a name that is none of them; BudgetError when what must be there does
        not fit.
        """
        return bound()(self, max_tokens, include_sections, exclude_sections)

    # -- copies and data -------------------------------------------------------------------

    def __eq__(self, other: object) -> bool:
        """Equal data; what is merely held in hand (the window, the past) does not count."""
        return isinstance(other, CoachContext) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]

    def fork(self) -> Self:
        """A copy that can be changed while this one stays: containers new, values shared."""
        twin = self.model_copy()
        state = twin.__dict__
        for name in COPIED:
            state[name] = state[name].copy()
        for name in COLLECTIONS:
            state[name] = state[name].fork()
        state["visits"] = list(state["visits"])
        for name in ("metadata", "given"):
            state[name] = copy.deepcopy(state[name])
        return twin

    def begin_turn(self, now: datetime) -> Self:
        """A copy that is one turn further on: one more message heard, one more turn spent."""
        twin = self.fork()
        twin.remember_past(self)
        state = twin.__dict__
        for name in ("revision", "messages", "turns", "turns_in_stage"):
            state[name] += 1
        state["updated_at"] = now
        if twin.sections:
            twin.drop_old_documents()
        return twin

    def begin_edit(self, now: datetime) -> Self:
        """A copy that is one revision further on, without a message: the application writes."""
        twin = self.fork()
        twin.__dict__["revision"] += 1
        twin.__dict__["updated_at"] = now
        return twin

    def remember_past(self, old: "CoachContext") -> None:
        """Hold on to what the turn now beginning starts from, so that it can be undone."""
        past, head = old._past, old.undo_head
        recent = {old.revision + 1: old.__dict__}
        while len(recent) <= PAST and head is not None and head in past:
            recent[head] = past[head]
            head = past[head]["undo_head"]
        self._past = recent

    def recall_past(self, before: "Iterable[CoachContext]") -> None:
        """Put back in hand the contexts before the last turns, newest first, for `undo`."""
        context = self
        for prior in before:
            self._past[context.undo_head or 0] = prior.__dict__
            context = prior

    def forget_past(self) -> None:
        """Let go of earlier contexts; `undo` then needs them recalled."""
        self._past = {}

    def before_last_turn(self) -> "CoachContext | None":
        """The context as it was before the turn that `undo` would take back."""
        return None if self.undo_head is None else self.before_turn(self.undo_head)

    def before_turn(self, revision: int) -> "CoachContext | None":
        """The context that the turn of this revision began with, while it is in hand."""
        state = self._past.get(revision)
        return None if state is None else type(self).model_construct(**state)

    def revalidate(self, old: "CoachContext | None" = None) -> None:
        """Check everything again, after code that is not ours has held the context.

        With `old`, what it gathered and still holds is taken as checked.
        """
        self.metadata = clean_json(self.metadata, "metadata")
        self.given = clean_json(self.given, "given")
        try:
            plain = self.model_dump(warnings=False, exclude=set(COLLECTIONS))
            type(self).model_validate(plain, strict=True)
            self.model_dump_json(warnings=False, exclude=set(COLLECTIONS))
            for name in COLLECTIONS:
                _revalidate(name, getattr(self, name), None if old is None else getattr(old, name))
        except ValueError as error:
            raise CoachError(str(error)) from error

    def to_dict(self) -> dict[str, Any]:
        """The context as plain JSON data; `from_dict` gives an equal one back."""
        return self.model_dump(mode="json")

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The context that `to_dict` described."""
        return cls.model_validate(data)


def _revalidate(name: str, found: Any, old: Any) -> None:
    if not isinstance(found, Collection):
        raise CoachError(f"{name} is no longer a collection but a {type(found).__name__}")
    keys = list(found) if old is None else found.changed_since(old)
    for key in keys:
        if (item := found.get(key)) is None:
            continue
        fresh = found.item.model_validate(item.model_dump(warnings=False), strict=True)
        if (kept := getattr(fresh, "id", None) or getattr(fresh, "name", None)) != key:
            raise CoachError(f"{name[:-1]} {kept!r} is kept under the name {key!r}")
        item.model_dump_json(warnings=False)
