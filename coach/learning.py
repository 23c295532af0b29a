"""Learning: what a message brings beside its commands, put into the context of its turn."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime

from coach.hearing.entities import TOLD, Entity, EntityKind, entities_in
from coach.record.chat_context import ChatContext
from coach.record.context import CoachContext
from coach.record.document import Document
from coach.record.knowing import ENTITY
from coach.record.known import Known, Origin
from coach.vocabulary.memory_policy import MemoryPolicy

BELIEVED = 0.5


def lesson(
    text: str,
    now: datetime,
    given: ChatContext | None,
    policy: MemoryPolicy,
    documents: Sequence[Document] = (),
) -> Callable[[CoachContext], None] | None:
    """What to do to the context of a turn before its commands; None when there is nothing.

    What the application says counts more than what is heard in the message.
    """
    heard = tuple(_believed(text, now.date(), policy))
    if given is None and not heard and not documents:
        return None

    def learn(context: CoachContext) -> None:
        for entity in heard:
            _hear(context, entity)
        if given is not None:
            context.take(given)
        for document in documents:
            context.add_document(document.source, document.content, document.title)

    return learn


def _believed(text: str, today: date, policy: MemoryPolicy) -> Iterator[Entity]:
    """Of each kind the last that may be the person's own."""
    kinds = tuple(EntityKind(name) for name in policy.kinds)
    if kinds:
        sure = (e for e in entities_in(text, today, kinds) if e.confidence > BELIEVED)
        yield from {entity.kind: entity for entity in sure}.values()


def _hear(context: CoachContext, entity: Entity) -> None:
    """Know it, unless something surer is known."""
    item = Known(
        kind=ENTITY,
        subject=entity.kind.value,
        content=entity.value,
        origin=Origin.HEARD,
        confidence=entity.confidence,
        message=context.messages or None,
        revision=context.revision,
    )
    before = context.known.get(item.key)
    if before is None or _counts_against(item, before):
        context.learn(item)


def _counts_against(item: Known, before: Known) -> bool:
    """What the application gave, now or in an earlier session, gives way to "my … is" alone; a
    name to no worse guess, for "I'm Ready" is no name."""
    sure = before.origin is Origin.RECALLED and before.confidence == 1
    if sure or before.origin is Origin.GIVEN:
        return item.confidence >= TOLD
    return item.subject != EntityKind.NAME or item.confidence >= before.confidence
