"""Comparing: every kept turn rendered under two versions of the templates, without any llm.

    report = compare(talks, before("HEAD", folders))

A turn's view is made once and rendered twice. What is kept while that goes on does not grow with
the number of turns.
"""

import re
from collections.abc import Callable, Iterable

from coach.earlier import Before
from coach.errors import PromptError, SessionError, StoreError
from coach.hunks import Side
from coach.rebuilding import Recorded, recipe_now, recorded
from coach.recipe import Recipe
from coach.services import Services
from coach.tallying import Pages, Report, Tally

Talk = tuple[Services, str]  # and the id of a session
SESSION = re.compile(r"session '[^']*'")


def compare(
    talks: Iterable[Talk], before: Before, tick: Callable[[], object] = lambda: None
) -> Report:
    """Each kept turn of some sessions under the templates of before and of now.

    `tick` is called after each turn.
    """
    tally = Tally()
    for services, session in talks:
        tally.sessions += 1
        previous: Pages | None = None
        try:
            for record in recorded(services, session):
                previous = _turn(tally, services, session, record, before, previous)
                tick()
        except (SessionError, StoreError) as error:
            tally.skipped.note(SESSION.sub("the session", str(error)), session)
    return tally.report()


def _turn(
    tally: "Tally",
    services: Services,
    session: str,
    record: Recorded,
    before: Before,
    previous: Pages | None,
) -> Pages | None:
    """Note one turn; its pages, None when there are not both."""
    recipe = recipe_now(services, record)
    number = record.turn.revision or 0
    old, old_error = _made(lambda: before(services, record, recipe))
    if old is None and old_error is None:
        tally.without_page += 1
        return None
    tally.turns += 1
    same = old is not None and _is_same(old.recipe, recipe)
    new, error = (old, None) if same else _made(lambda: recipe)
    if old is None or new is None:
        tally.failed(session, number, old_error, error)
        return None
    tally.rendered(session, number, old, new)
    pages = Pages(old=old.page, new=new.page)
    if previous is not None:
        tally.followed(previous, pages)
    return pages


def _made(recipe: Callable[[], Recipe | None]) -> tuple[Side | None, PromptError | None]:
    try:
        made = recipe()
        return (None if made is None else Side(recipe=made, page=made.page())), None
    except PromptError as error:
        return None, error


def _is_same(old: Recipe, new: Recipe) -> bool:
    """Whether both are the same sources, so that there is nothing to compare."""
    try:
        names = old.templates.find(old.names), new.templates.find(new.names)
        hashes = old.templates.template_hash(names[0]), new.templates.template_hash(names[1])
    except PromptError:
        return False
    return names[0] == names[1] and hashes[0] == hashes[1]
