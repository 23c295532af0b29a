"""Flow, Stage, Transition: the script as frozen data, built from a file or in Python."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, PrivateAttr
from pydantic import Field as Setting

from coach.flows.registry import EMPTY, Action, Registry
from coach.record.base import dump_json
from coach.record.parties import Parties
from coach.vocabulary import llm_policy, memory_policy
from coach.vocabulary.commands import Command
from coach.vocabulary.context_policy import NOTHING_SAID, ContextPolicy
from coach.vocabulary.fields import NAME, BaseField, Field, FieldName, Names, Threshold
from coach.vocabulary.llm_policy import LlmPolicy
from coach.vocabulary.memory_policy import MemoryPolicy
from coach.vocabulary.situation import Situation
from coach.vocabulary.span import Span
from coach.vocabulary.value import Value

if TYPE_CHECKING:
    from datetime import datetime

    from coach.flows.engine import Engine, Step
    from coach.record.context import CoachContext

HISTORY = "$history"


def _several(value: Any) -> Any:
    """One name may stand where a list of names may stand."""
    return (value,) if isinstance(value, str) else value


StageName = Annotated[str, Setting(pattern=NAME, max_length=64)]
Words = Annotated[tuple[str, ...], BeforeValidator(_several)]
OneOrMore = Annotated[Names, BeforeValidator(_several)]


class Transition(Value):
    """A rule: where to go, and when.

    Without `trigger` it is tried after every turn; with one it waits for that name. `to` is a
    stage: a sibling, or a path from the top, '$history' or 'plan/$history'. `from` belongs to
    the rules of `anywhere` and names the stages (or groups) they work from; none means all.
    `approve` and `reject` are the person's verdict on artifacts that were put forward, with the
    answer to the field `comment` as their words; `draft` writes and puts forward a new version.
    """

    to: str
    when: Annotated[str, Setting(max_length=2_000)] | None = None
    because: str | None = None
    trigger: Annotated[str, Setting(pattern=NAME, max_length=64)] | None = None
    origins: Words = Setting(default=(), alias="from")
    approve: OneOrMore = ()
    reject: OneOrMore = ()
    comment: FieldName | None = None
    forget: OneOrMore = ()
    do: Words = ()
    draft: OneOrMore = ()


class Stage(Value):
    """One place in a conversation, or a group of places (`stages`, entered at `start`).

    `confirm: below 0.8` asks about open assumptions below that confidence, one by one;
    `on_stuck` is where to go when a question was put `max_asks` times without an answer;
    `draft` writes artifacts on entering, before the actions of `enter`; `tools` are what the llm
    may call here, and in the stages of a group.
    """

    purpose: str | None = None
    collect: dict[FieldName, Field] = {}
    next: tuple[Transition, ...] = ()
    final: bool = False
    draft: OneOrMore = ()
    enter: Words = ()
    exit: Words = ()
    tools: Words = ()
    stages: dict[StageName, "Stage"] = {}
    start: StageName | None = None
    template: Annotated[str, Setting(pattern=r"^[A-Za-z0-9_./-]+$", max_length=200)] | None = None
    confirm: Threshold | None = None
    on_stuck: str | None = None
    metadata: dict[str, Any] = {}


class Budget(Value):
    """Pacing: after `turns` turns the coach offers to close."""

    turns: Annotated[int, Setting(ge=1, le=10_000)]


class Due(Value):
    """Something that becomes due while nobody talks: a sweeper then fires the trigger.

    `at` is a field of type date, or '$tasks' for the days of all open tasks: from `hour` (UTC) of
    that day on. `after` is a span since something was said last. One of the two.
    """

    trigger: Annotated[str, Setting(pattern=NAME, max_length=64)]
    at: Annotated[str, Setting(pattern=r"^(\$tasks|[a-z][a-z0-9_]*)$", max_length=64)] | None = None
    hour: Annotated[int, Setting(ge=0, le=23)] = 9
    after: Span | None = None


class CarryOver(Value):
    """What the person's next session of the flow begins with: `answers` to these fields, open
    `tasks`, unconfirmed `assumptions`. `after` says from which sessions: any, or only one that
    has expired."""

    answers: OneOrMore = ()
    tasks: bool = False
    assumptions: bool = False
    after: Literal["any", "expired"] = "any"


class Definition(Value):
    """An artifact that the flow makes: its type, its name, and the fields it is written from.

    Without `from` these are the fields that stand before the first place that drafts it.
    """

    type: Annotated[str, Setting(pattern=r"\S", max_length=64)] = "document"
    name: Annotated[str, Setting(pattern=r"\S", max_length=200)]
    sources: OneOrMore = Setting(default=(), alias="from")


class Flow(Value):
    """The script. Frozen; `hash` is the sha256 of its content, `id` its name and version.

    A session in which nothing happens for `expire_after` ends as 'expired'. `tools` may be called
    at every stage.
    """

    flow: StageName
    version: Annotated[int, Setting(ge=1)] = 1
    title: str | None = None
    about: str | None = None
    start: StageName
    budget: Budget | None = None
    due: tuple[Due, ...] = ()
    expire_after: Span | None = None
    carry_over: CarryOver = CarryOver()
    context: ContextPolicy = NOTHING_SAID
    memory: MemoryPolicy = memory_policy.NOTHING_SAID
    llm: LlmPolicy = llm_policy.NOTHING_SAID
    tools: Words = ()
    stages: Annotated[dict[StageName, Stage], Setting(min_length=1)]
    anywhere: tuple[Transition, ...] = ()
    artifacts: dict[StageName, Definition] = {}
    guard_errors: Literal["raise", "block"] = "raise"
    metadata: dict[str, Any] = {}

    _registry: Registry = PrivateAttr(default=EMPTY)

    @property
    def name(self) -> str:
        return self.flow

    @property
    def id(self) -> str:
        """'grow@1'."""
        return f"{self.flow}@{self.version}"

    @cached_property
    def hash(self) -> str:
        """sha256 (hex) of the content in its order: equal for the same script from YAML, JSON
        or Python."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @cached_property
    def text(self) -> str:
        """The content as JSON text, as a store keeps it."""
        return str(dump_json(self.to_dict()))

    def to_dict(self) -> dict[str, Any]:
        """The content as plain data, without what is at its default; keys as in a file."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True) | {
            "flow": self.flow
        }

    def using(self, registry: Registry) -> "Flow":
        """The same flow with named Python guards, actions and tools at hand."""
        twin = self.model_copy()
        twin.__dict__.pop("engine", None)
        object.__setattr__(twin, "__pydantic_private__", {"_registry": registry})
        return twin

    @property
    def registry(self) -> Registry:
        return self._registry

    # -- the places ------------------------------------------------------------------------

    @cached_property
    def places(self) -> Mapping[str, Stage]:
        """Every stage and group by path ('plan', 'plan/draft'), parents first, in file order."""
        return dict(_walk("", self.stages))

    @cached_property
    def leaves(self) -> tuple[str, ...]:
        """The paths a session can stand at, in file order."""
        return tuple(path for path, stage in self.places.items() if not stage.stages)

    @cached_property
    def leaves_in(self) -> Mapping[str, tuple[str, ...]]:
        """The leaves inside each group, by its path."""
        inside: dict[str, tuple[str, ...]] = dict.fromkeys(self.places, ())
        for leaf in self.leaves:
            for path in chain(leaf):
                inside[path] = (*inside[path], leaf)
        return inside

    @cached_property
    def fields(self) -> Mapping[str, BaseField]:
        """Every field of the flow by name."""
        return {n: f for stage in self.places.values() for n, f in stage.collect.items()}

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """The words for each field where a person reads of it: its `label`, else its name."""
        return {name: field.label or name.replace("_", " ") for name, field in self.fields.items()}

    @cached_property
    def homes(self) -> Mapping[str, str]:
        """The path of the stage that collects each field."""
        return {name: path for path, stage in self.places.items() for name in stage.collect}

    @cached_property
    def written_from(self) -> Mapping[str, tuple[str, ...]]:
        """The fields whose answers make up each artifact, in their order."""
        return {key: made.sources or self._before(key) for key, made in self.artifacts.items()}

    def _before(self, key: str) -> tuple[str, ...]:
        """The fields before the first stage, or up to the first rule, that drafts an artifact."""
        found: list[str] = []
        end = ""
        for path, stage in self.places.items():
            if key in stage.draft or (end and end not in chain(path)):
                break
            found += stage.collect
            if not end and any(key in rule.draft for rule in stage.next):
                end = path
        return tuple(found)

    @cached_property
    def engine(self) -> "Engine":
        """The compiled walker, built once per flow; FlowError when the flow has errors."""
        from coach.flows.engine import Engine  # the engine knows flows, not the other way round

        return Engine(self)

    @cached_property
    def _collected(self) -> Mapping[str, tuple[str, ...]]:
        return {
            leaf: tuple(name for path in chain(leaf) for name in self.places[path].collect)
            for leaf in self.places
        }

    def collected_at(self, leaf: str) -> tuple[str, ...]:
        """The fields asked at a leaf: those of its groups first, then its own."""
        return self._collected[leaf]

    def tools_at(self, leaf: str) -> tuple[str, ...]:
        """The tools offered at a leaf: its own, its groups', the flow's."""
        own = (name for path in reversed(chain(leaf)) for name in self.places[path].tools)
        return tuple(dict.fromkeys((*own, *self.tools)))

    def entry(self, path: str) -> str:
        """The leaf at which a stage or group is entered."""
        stage = self.places[path]
        while stage.stages:
            path = f"{path}/{stage.start or next(iter(stage.stages))}"
            stage = self.places[path]
        return path

    def template_names(self, leaf: str) -> tuple[str, ...]:
        """The templates of a leaf without suffix, nearest first: its own (or `template:`),
        its groups', the flow's, the general one."""
        own = [self.places[p].template or f"{self.name}/{p}" for p in reversed(chain(leaf))]
        return (*own, f"{self.name}/general", "general")

    def resolve(self, target: str, base: str = "") -> str | None:
        """The path that `target` names seen from inside `base`; None when there is none.

        Nearest first: the siblings of `base`, then those of each parent, then the top.
        """
        for scope in (*reversed(chain(base)), ""):
            parent = scope.rpartition("/")[0] if scope else ""
            path = f"{parent}/{target}" if parent else target
            if path in self.places:
                return path
        return None

    # -- running ---------------------------------------------------------------------------

    def begin(
        self,
        session_id: str = "session",
        user_id: str = "user",
        now: "datetime | None" = None,
        previous_session: str | None = None,
        caller_id: str | None = None,
        account_id: str | None = None,
    ) -> "Step":
        """A new context at the first stage, with its first question chosen."""
        who = Parties(user=user_id, caller=caller_id, account=account_id)
        return self.engine.begin(session_id, who, now, previous_session)

    def step(
        self,
        context: "CoachContext",
        commands: Sequence[Command],
        now: "datetime | None" = None,
        learn: "Callable[[CoachContext], None] | None" = None,
    ) -> "Step":
        """Apply commands and move: `(context, decision)`, a new context and why.

        Pure: `context` is not touched, and an exception anywhere leaves no trace. `now`
        (aware) stamps the new context; without it the time of the old one stays. `learn` is
        called with the new context first: what the turn brings besides its commands.
        """
        return self.engine.step(context, commands, now, learn)

    def amend(
        self, context: "CoachContext", change: Action, now: "datetime | None" = None
    ) -> "Step":
        """A context after the application has written to it: `(context, decision)`.

        Pure like `step`, and held to the same rules as an action; the stage does not move.
        """
        return self.engine.amend(context, change, now)

    def ring(self, context: "CoachContext", now: "datetime") -> "Step":
        """A context after everything that is due at `now` (aware) was fired: `(context,
        decision)`. Pure like `step`; a trigger that nothing waits for is noted, and moves
        nothing."""
        return self.engine.ring(context, now)

    def situation(self, context: "CoachContext", now: "datetime | None" = None) -> Situation:
        """What hearing may know before the next message."""
        return self.engine.situation(context, now)


@lru_cache(maxsize=4_096)
def chain(path: str) -> tuple[str, ...]:
    """'a/b/c' as ('a', 'a/b', 'a/b/c'); () for ''."""
    parts = path.split("/") if path else []
    return tuple("/".join(parts[: i + 1]) for i in range(len(parts)))


def _walk(prefix: str, stages: Mapping[str, Stage]) -> Iterator[tuple[str, Stage]]:
    for name, stage in stages.items():
        path = f"{prefix}/{name}" if prefix else name
        yield path, stage
        yield from _walk(path, stage.stages)
