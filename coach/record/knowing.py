"""What an application says about a session, and what is known about its person."""

import copy
from typing import Any

from pydantic import Field

from coach.errors import SessionNotFound
from coach.record.base import dump_json
from coach.record.chat_context import ChatContext
from coach.record.gathering import Gathering
from coach.record.known import Known, Origin, within_bounds

MOST_AGENTS = 100
PLAIN = ("customer_id", "workflow_state")
WHO = ("user_id", "email", "roles")
ENTITY = "entity"


class Knowing(Gathering):
    """`given` holds what the application said, by ChatContext's names; no undo takes it back.

    `known` is what is known about the person, by key: the newest 4,000 characters of it. Who the
    person is stands in `given` alone, where nothing gets that they say.
    """

    given: dict[str, Any] = Field(default_factory=dict)
    known: dict[str, Known] = Field(default_factory=dict)

    # -- reading ---------------------------------------------------------------------------

    @property
    def customer_id(self) -> str | None:
        return self.given.get("customer_id")

    @property
    def email(self) -> str | None:
        """The address that the application knows them by; one that they said is an entity."""
        return self.given.get("email")

    @property
    def roles(self) -> list[str]:
        """What the application says the person may be."""
        return list(self.given.get("roles", ()))

    @property
    def previous_agents(self) -> list[str]:
        """Who has answered in this conversation before, in order, each once."""
        return list(self.given.get("previous_agents", ()))

    @property
    def workflow_state(self) -> dict[str, Any]:
        """The application's own state, as it was given last."""
        return copy.deepcopy(self.given.get("workflow_state", {}))

    @property
    def entity_memory(self) -> dict[str, Any]:
        """What is known by name: {'email': 'ada@example.org'}."""
        found = (item for item in self.known.values() if item.subject is not None)
        return {i.subject: i.content if i.value is None else i.value for i in found if i.subject}

    # -- changing --------------------------------------------------------------------------

    def take(self, context: ChatContext) -> None:
        """Take in what an application says; what it leaves out stays as it is.

        SessionNotFound when it says that the session is another user's.
        """
        who = context.identity
        check_whose(self, context)
        said = {name: value for name in PLAIN if (value := getattr(context, name)) is not None}
        for name in WHO if who is not None else ():
            if (value := getattr(who, name)) is not None:
                said[name] = list(value) if isinstance(value, tuple) else value
        if context.previous_agents:
            agents = dict.fromkeys((*self.previous_agents, *context.previous_agents))
            said["previous_agents"] = list(agents)[-MOST_AGENTS:]
        self.given = {**self.given, **copy.deepcopy(said)}
        for subject, value in (context.entity_memory or {}).items():
            if value is not None:
                self._given_entity(subject, value)

    def _given_entity(self, subject: str, value: Any) -> None:
        text = isinstance(value, str)
        content = value if text else str(dump_json(value))
        self.learn(
            Known(
                kind=ENTITY,
                subject=subject,
                content=content,
                value=None if text else value,
                origin=Origin.GIVEN,
                **self._stamp(),
            )
        )

    def learn(self, item: Known) -> bool:
        """Know something from now on; False when that is known already.

        An entity takes the place of what was known under its name.
        """
        before = self.known.get(item.key)
        if before is not None and before.says(item):
            return False
        self.known.pop(item.key, None)
        self.known = within_bounds({**self.known, item.key: item})
        return True

    def keep_given(self, now: "Knowing") -> None:
        """After going back: what the application gave since stays known."""
        for item in now.known.values():
            if item.origin is Origin.GIVEN:
                self.learn(item)


def check_whose(session: Knowing, context: ChatContext) -> None:
    """SessionNotFound when an application's context is of another user than the session."""
    user = None if context.identity is None else context.identity.user_id
    if user not in (None, session.user_id):
        raise SessionNotFound(f"there is no session {session.session_id!r} of user {user!r}")
