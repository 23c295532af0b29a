"""The statements of the shelf, each built once as a module constant."""

from typing import Any

from sqlalchemy import String, Table, bindparam, case, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql

from coach.record.achievement import AchievementRow
from coach.record.answer import AnswerRow
from coach.record.artifact import ArtifactRow, ReviewRow
from coach.record.assumption import AssumptionRow
from coach.record.base import Row
from coach.record.context_row import ContextRow
from coach.record.erasure import ErasureRow
from coach.record.flow_row import FlowRow
from coach.record.memory import MemoryRow
from coach.record.message import MessageRow
from coach.record.page import SourceRow, TemplateRow
from coach.record.passage import PassageRow
from coach.record.person import PersonRow
from coach.record.profile import ProfileRow
from coach.record.section import SectionRow
from coach.record.store_row import StoreRow
from coach.record.summary import SummaryRow
from coach.record.task import TaskRow
from coach.record.tool_intent import ToolIntentRow
from coach.record.tool_run import ToolRunRow
from coach.record.turn_log import TurnRow, TurnStatus
from coach.record.vector import MemoryVectorRow, MessageVectorRow
from coach.stores.search import ddl


def table(row: type[Row]) -> Table:
    found: Table = row.__table__  # type: ignore[attr-defined]  # SQLModel sets it
    return found


CONTEXT, MESSAGE, ANSWER = table(ContextRow), table(MessageRow), table(AnswerRow)
TURN, FLOW, MEMORY = table(TurnRow), table(FlowRow), table(MemoryRow)
PERSON, PROFILE, ACHIEVEMENT = table(PersonRow), table(ProfileRow), table(AchievementRow)
TEMPLATE, SOURCE = table(TemplateRow), table(SourceRow)
STORE, ERASURE, INTENT = table(StoreRow), table(ErasureRow), table(ToolIntentRow)
# What a context holds by key, each in a table of its own: the attribute, and the table.
GATHERED = {
    "answers": ANSWER,
    "assumptions": table(AssumptionRow),
    "artifacts": table(ArtifactRow),
    "reviews": table(ReviewRow),
    "tool_runs": table(ToolRunRow),
    "tasks": table(TaskRow),
    "sections": table(SectionRow),
    "transitions": table(PassageRow),
    "summaries": table(SummaryRow),
}
PEOPLE = (PERSON, PROFILE, ACHIEVEMENT)
MESSAGE_VECTOR, MEMORY_VECTOR = table(MessageVectorRow), table(MemoryVectorRow)
VECTORS = (MESSAGE_VECTOR, MEMORY_VECTOR)
TABLES = (
    *(STORE, FLOW, TEMPLATE, SOURCE, *PEOPLE, CONTEXT, MESSAGE, *GATHERED.values(), TURN),
    INTENT,
    *(MEMORY, *VECTORS),
    ERASURE,
)
# What SQLAlchemy has no words for, made after the tables: DDL by dialect.
EXTRAS: dict[str, tuple[str, ...]] = {"sqlite": ddl.SQLITE, "postgresql": ddl.POSTGRESQL}

SESSION: Any = bindparam("session")


def _of(found: Table) -> Any:
    return found.c.session_id == SESSION


def _key(found: Table) -> Any:
    """The column that tells a session's rows apart."""
    return next(column for column in found.primary_key if column.name != "session_id")


def _insert(found: Table) -> Any:
    return insert(found).values({c.name: bindparam(c.name) for c in found.columns})


def insert_once(found: Table) -> Any:
    """The same, nothing where a row of that key is there. SQLite and PostgreSQL agree on it."""
    values: dict[str, Any] = {c.name: bindparam(c.name) for c in found.columns}
    return postgresql.insert(found).values(values).on_conflict_do_nothing()


# -- a turn ----------------------------------------------------------------------------------

# The newest revision of what is known of a session's person, None when that is nothing.
_known = (
    select(func.max(PROFILE.c.revision))
    .where(
        PROFILE.c.user_id == CONTEXT.c.user_id,
        PROFILE.c.account_id == func.coalesce(CONTEXT.c.account_id, ""),
    )
    .scalar_subquery()
    .label("known")
)
load_context = select(CONTEXT).where(_of(CONTEXT))
load_head = select(
    CONTEXT.c.revision,
    CONTEXT.c.updated_at,
    CONTEXT.c.fence,
    CONTEXT.c.lease_until,
    CONTEXT.c.last_number,
    _known,
).where(_of(CONTEXT))
# The first message that waits in line behind another turn of the session, None when none does.
_waiting = (
    select(func.min(TURN.c.number))
    .where(TURN.c.session_id == CONTEXT.c.session_id, TURN.c.waits_until.is_not(None))
    .scalar_subquery()
    .label("waiting")
)
lock_head = load_head.add_columns(_waiting).with_for_update()
load_gathered = {
    name: select(*found.c).where(_of(found)).order_by(found.c.revision)
    for name, found in GATHERED.items()
}
newest_messages = (
    select(*MESSAGE.c)
    .where(_of(MESSAGE), MESSAGE.c.seq > bindparam("after"))
    .order_by(MESSAGE.c.seq.desc())
    .limit(bindparam("limit"))
)
standing_messages = newest_messages.where(MESSAGE.c.withdrawn_by.is_(None))
find_turn = select(TURN).where(_of(TURN), TURN.c.key == bindparam("key"))
insert_turn = _insert(TURN)
insert_message = _insert(MESSAGE)
insert_context = insert_once(CONTEXT)
claim_context = (
    update(CONTEXT)
    .where(_of(CONTEXT))
    .values(
        fence=bindparam("new_fence"),
        lease_until=bindparam("new_lease"),
        last_number=bindparam("new_number"),
    )
)
renew_lease = (
    update(CONTEXT)
    .where(
        _of(CONTEXT),
        CONTEXT.c.fence == bindparam("held_fence"),
        CONTEXT.c.lease_until.is_not(None),  # a beat that comes late must not lease it anew
    )
    .values(lease_until=bindparam("new_lease"))
)
FENCED = ("session_id", "user_id", "ordinal", "fence", "stop", "created_at")
_number: Any = bindparam("new_last_number")
_last_number = case((CONTEXT.c.last_number < _number, _number), else_=CONTEXT.c.last_number)
update_context = (
    update(CONTEXT)
    .where(
        _of(CONTEXT),
        CONTEXT.c.revision == bindparam("old_revision"),
        CONTEXT.c.fence == bindparam("held_fence"),
    )
    .values(
        {c.name: bindparam(f"new_{c.name}") for c in CONTEXT.c if c.name not in FENCED}
        | {"last_number": _last_number}  # messages may have come since, and wait
    )
)
finish_turn = (
    update(TURN)
    .where(
        _of(TURN),
        TURN.c.number == bindparam("of_number"),
        TURN.c.status == str(TurnStatus.PENDING),
    )
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in (
                "status",
                "text",
                "revision",
                "first_seq",
                "commands",
                "decision",
                "patch",
                "inverse",
                "snapshot",
                "page",
                "done_at",
                "said",
                "calls",
                "llm_calls",
                "input_tokens",
                "cached_tokens",
                "output_tokens",
                "llm_ms",
            )
        }
    )
)
renumber_turn = (
    update(TURN)
    .where(_of(TURN), TURN.c.number == bindparam("of_number"))
    .values(
        number=bindparam("new_number"),
        status=str(TurnStatus.PENDING),
        retry_at=bindparam("new_retry_at"),
        waits_until=bindparam("new_waits_until"),
        fence=bindparam("new_fence"),
        tries=TURN.c.tries + bindparam("counted"),
        problem=bindparam("new_problem", type_=String),
    )
)
insert_intent = _insert(INTENT)
delete_intents = delete(INTENT).where(_of(INTENT), INTENT.c.key == bindparam("of_key"))
insert_gathered = {name: _insert(found) for name, found in GATHERED.items()}
delete_gathered = {
    name: delete(found).where(_of(found), _key(found) == bindparam("of_key"))
    for name, found in GATHERED.items()
}
seqs_of_turn = select(MESSAGE.c.seq).where(
    _of(MESSAGE), MESSAGE.c.revision == bindparam("of_revision")
)
withdraw_messages = (
    update(MESSAGE)
    .where(_of(MESSAGE), MESSAGE.c.revision == bindparam("of_revision"))
    .values(withdrawn_by=bindparam("taken_back_by"))
)

# -- looking things up -----------------------------------------------------------------------

turn_at_revision = (
    select(TURN)
    .where(
        _of(TURN),
        TURN.c.number >= bindparam("at_revision"),
        TURN.c.revision == bindparam("at_revision"),
    )
    .limit(1)
)
set_back_turn = (
    update(TURN)
    .where(
        _of(TURN),
        TURN.c.number == bindparam("of_number"),
        TURN.c.status == str(TurnStatus.PENDING),
    )
    .values(
        status=bindparam("new_status"),
        problem=bindparam("new_problem", type_=String),
        retry_at=bindparam("new_retry_at"),
    )
)
turns_of = select(TURN).where(_of(TURN)).order_by(TURN.c.number)
pending_turns = turns_of.where(TURN.c.status == str(TurnStatus.PENDING))
messages_of = select(*MESSAGE.c).where(_of(MESSAGE)).order_by(MESSAGE.c.seq)
messages_at = messages_of.where(
    MESSAGE.c.seq >= bindparam("first"), MESSAGE.c.seq < bindparam("past")
)
all_sessions = (
    select(CONTEXT)
    .order_by(CONTEXT.c.updated_at.desc(), CONTEXT.c.ordinal.desc(), CONTEXT.c.session_id)
    .limit(bindparam("limit"))
)
sessions_of_user = (
    select(CONTEXT)
    .where(CONTEXT.c.user_id == bindparam("user"))
    .order_by(CONTEXT.c.ordinal.desc())
    .limit(bindparam("limit"))
)
newest_session = (
    select(CONTEXT)
    .where(
        CONTEXT.c.user_id == bindparam("user"),
        CONTEXT.c.flow == bindparam("flow"),
        CONTEXT.c.account_id.is_not_distinct_from(bindparam("account", type_=String)),
    )
    .order_by(CONTEXT.c.ordinal.desc())
    .limit(1)
)
insert_person = insert_once(PERSON)
lock_person = select(*PERSON.c).where(PERSON.c.user_id == bindparam("user")).with_for_update()
count_session = (
    update(PERSON)
    .where(PERSON.c.user_id == bindparam("user"))
    .values(sessions=bindparam("new_sessions"))
)
count_memory = (
    update(PERSON)
    .where(PERSON.c.user_id == bindparam("user"))
    .values(memories=bindparam("new_memories"))
)
find_flow = select(FLOW).where(FLOW.c.hash == bindparam("of_hash"))
insert_flow = insert_once(FLOW)
find_template = select(*TEMPLATE.c).where(TEMPLATE.c.hash == bindparam("of_hash"))
insert_template = insert_once(TEMPLATE)
find_source = select(*SOURCE.c).where(SOURCE.c.hash == bindparam("of_hash"))
insert_source = insert_once(SOURCE)
insert_erasure = insert_once(ERASURE)
count_sessions = select(func.count().label("sessions")).select_from(CONTEXT)
session_ids = select(CONTEXT.c.session_id).order_by(CONTEXT.c.session_id)
owners = {
    found.name: select(found.c.session_id).distinct()
    for found in (MESSAGE, *GATHERED.values(), TURN, INTENT)
}
delete_session = {
    found.name: delete(found).where(_of(found)) for found in TABLES if "session_id" in found.c
}
