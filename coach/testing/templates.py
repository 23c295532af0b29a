"""Lint of templates, for the tests of your own project."""

from collections.abc import Sequence
from pathlib import Path

from coach.checks.prompts import flows_beside, lint_prompts
from coach.errors import Problem
from coach.flows.flow import Flow
from coach.flows.load import load_flow
from coach.library import roots


def lint_templates(
    prompts: Path | str | None = None,
    flows: Sequence[Flow | str | Path] | None = None,
    *,
    budget: int | None = None,
) -> list[Problem]:
    """All that `coach prompt lint` would say: `assert lint_templates() == []`.

    `prompts` is your folder of templates (default ./prompts). `flows` are flows, names or files;
    without them it is every flow in ./states, and templates that nobody uses are told as well.
    Flows with guards of your own come as objects: `coach.load(…)`.
    A problem has `path` (the whole path), `line`, `code`, `level` and `message`. Templates never
    make this raise; FlowFileError and FlowNotFound are for flows.
    """
    folders = roots("prompts", prompts)
    named = flows_beside(folders[0], roots("states")) if flows is None else flows
    scripts = [flow if isinstance(flow, Flow) else load_flow(flow) for flow in named]
    return list(lint_prompts(scripts, folders, budget, only=flows is not None).problems)
