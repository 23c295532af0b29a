"""Choosing: from what a builder names as the llm to the service that turns use."""

from collections.abc import Callable, Sequence
from typing import Any

from coach.calls.chain import OFFLINE, LlmChain
from coach.calls.service import LlmService
from coach.errors import LlmAddressError
from coach.llms.addresses import open_llm
from coach.settings import Settings
from coach.vocabulary.llm import Llm

One = str | Llm | Callable[..., Any]
Wanted = One | LlmChain | Sequence[One] | None


def llm_service(wanted: Wanted, settings: Settings) -> LlmService | None:
    """The service of these llms, by the settings where nothing is said; None for the offline coach
    alone. LlmAddressError for what names no llm."""
    chosen = settings.llm if wanted is None else wanted
    if chosen in ((), OFFLINE, (OFFLINE,)):
        return None
    chain = chosen if isinstance(chosen, LlmChain) else _chain(chosen, settings)
    return LlmService(chain, settings.llm_policy)


def _chain(chosen: Any, settings: Settings) -> LlmChain:
    names = list(chosen) if isinstance(chosen, list | tuple) else [chosen]
    offline = bool(names) and names[-1] == OFFLINE
    llms = names[:-1] if offline else names
    if OFFLINE in [name for name in llms if isinstance(name, str)]:
        raise LlmAddressError("'offline' stands last: whoever comes after it is never asked")
    limits, key = settings.llm_limits, settings.llm_key
    opened = [open_llm(llm, key=key, limits=limits) for llm in llms]
    return LlmChain(opened, offline, settings.llm_retry, limits.seconds)
