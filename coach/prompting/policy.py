"""A policy: what a deployment changes about the sections of any template, by their names."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import Field as Setting
from pydantic import field_validator

from coach.prompting.section import ROLE_LINES, RawMessage, RawSection, SectionSpec, Tokens
from coach.vocabulary.value import Value

ALIASES = {"assumptions": "unconfirmed_assumptions", "tool_history": "recent_tools"}


def section_name(name: str) -> str:
    """The name that a section goes by: 'recent_tools' for 'tool_history'; others as they are."""
    return ALIASES.get(name, name)


class SectionPolicy(Value):
    """What overrules the settings in templates. Names may be aliases (`section_name`).

    `priorities` are 0 to 100. Sections in `always` must be there, with at least a useful part.
    `caps` are tokens, and stand in place of a section's `max`. `include`, when it is given, is
    all that is rendered, "history" and "message" not excepted; but text outside sections,
    which has no name of its own, stays. `exclude` wins over `include` and over `always`, and
    knows text outside sections by its name in the ledger, such as "user".
    """

    priorities: Mapping[str, Annotated[int, Setting(ge=0, le=100)]] = {}
    always: frozenset[str] = frozenset()
    include: frozenset[str] | None = None
    exclude: frozenset[str] = frozenset()
    caps: Mapping[str, Tokens] = {}

    @field_validator("always", "include", "exclude")
    @classmethod
    def _resolve_names(cls, names: frozenset[str] | None) -> frozenset[str] | None:
        return None if names is None else frozenset(map(section_name, names))

    @field_validator("priorities", "caps")
    @classmethod
    def _resolve_keys(cls, numbers: Mapping[str, int]) -> Mapping[str, int]:
        return {section_name(name): number for name, number in numbers.items()}

    def excludes(self, name: str) -> bool:
        """True when a section of that name is not to be on the page."""
        known = section_name(name)
        if known in self.exclude:
            return True
        return self.include is not None and known not in self.include and not _is_loose(name)

    def overrule(self, spec: SectionSpec) -> SectionSpec:
        """The settings of a section under this policy; a `min` above its new cap gives way."""
        changes = dict(self._changes(spec, section_name(spec.name)))
        return spec.model_copy(update=changes) if changes else spec

    def _changes(self, spec: SectionSpec, name: str) -> Iterator[tuple[str, int]]:
        if name in self.priorities:
            yield "priority", self.priorities[name]
        if name in self.always and not spec.always:
            yield "always", True
            yield "min", spec.min or 1
        if name in self.caps:
            yield "max", self.caps[name]
            if spec.min is not None or name in self.always:
                yield "min", min(spec.min or 1, self.caps[name])


def apply(messages: Sequence[RawMessage], policy: SectionPolicy) -> list[RawMessage]:
    """The messages under a policy. A message that has lost all its sections is gone."""
    return [
        replace(message, sections=kept)
        for message in messages
        if (kept := tuple(_kept(message, policy))) or not message.sections
    ]


def excluded(messages: Sequence[RawMessage], policy: SectionPolicy) -> tuple[SectionSpec, ...]:
    """The sections that a policy leaves out, each name once, in the order of the page."""
    specs = (section.spec for message in messages for section in message.sections)
    found = {spec.name: spec for spec in specs if policy.excludes(spec.name)}
    return tuple(found.values())


def _kept(message: RawMessage, policy: SectionPolicy) -> Iterator[RawSection]:
    for section in message.sections:
        if not policy.excludes(section.spec.name):
            yield RawSection(spec=policy.overrule(section.spec), text=section.text)


def _is_loose(name: str) -> bool:
    """True for the name that text outside sections gets: its role, or 'system 2'."""
    return name.partition(" ")[0] in ROLE_LINES
