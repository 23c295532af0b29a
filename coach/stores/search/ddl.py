"""What the search index is made of, beside the tables.

SQLite: an FTS5 table that holds no text, only which rows have a word. A row's number in it is its
session's (or its person's) number, shifted, and its own: so a search in one session reads one
range, whatever else is in the store. Rows are put in when somebody searches, and taken out by
triggers, which are given the text that the table does not hold.

PostgreSQL: GIN indexes over the words of both tables. Nothing else is stored.
"""

import unicodedata

SHIFT = 1 << 24  # more than any session has messages
VIRTUAL = "coach_words"  # has no rows of its own: SQLite keeps them in coach_words_data

WORDS = (
    f"CREATE VIRTUAL TABLE {VIRTUAL} USING fts5(words, content = '', columnsize = 0, "
    "detail = none, tokenize = 'porter unicode61 remove_diacritics 2')"
)
INDEXED = (
    "CREATE TABLE coach_words_upto (number INTEGER PRIMARY KEY, session_id VARCHAR(128) UNIQUE, "
    "user_id VARCHAR(200) UNIQUE, upto INTEGER NOT NULL)"
)


def _one_gone(name: str, table: str, owner: str, number: str) -> str:
    """A row leaves the index when it is deleted, if it was there."""
    return (
        f"CREATE TRIGGER {name} AFTER DELETE ON {table} BEGIN "  # noqa: S608  # constants
        f"INSERT INTO coach_words (coach_words, rowid, words) "
        f"SELECT 'delete', number * {SHIFT} + old.{number}, old.content FROM coach_words_upto "
        f"WHERE {owner} = old.{owner} AND upto >= old.{number}; END"
    )


def _all_gone(name: str, parent: str, table: str, owner: str, number: str) -> str:
    """Whatever is left of a session or a person leaves it with them."""
    return (
        f"CREATE TRIGGER {name} AFTER DELETE ON {parent} BEGIN "  # noqa: S608  # constants
        f"INSERT INTO coach_words (coach_words, rowid, words) "
        f"SELECT 'delete', i.number * {SHIFT} + t.{number}, t.content FROM coach_words_upto AS i "
        f"JOIN {table} AS t ON t.{owner} = i.{owner} AND t.{number} <= i.upto "
        f"WHERE i.{owner} = old.{owner}; "
        f"DELETE FROM coach_words_upto WHERE {owner} = old.{owner}; END"
    )


SQLITE = (
    WORDS,
    INDEXED,
    _one_gone("message_unindexed", "coach_message", "session_id", "seq"),
    _one_gone("memory_unindexed", "coach_memory", "user_id", "number"),
    _all_gone("session_unindexed", "coach_context", "coach_message", "session_id", "seq"),
    _all_gone("person_unindexed", "coach_person", "coach_memory", "user_id", "number"),
)


def _accents() -> tuple[str, str]:
    """Latin letters with a mark, and the same without: FTS5 takes the marks off by itself."""
    pairs = [(chr(n), unicodedata.normalize("NFD", chr(n))[0]) for n in range(0xC0, 0x250)]
    marked = [(letter, plain) for letter, plain in pairs if letter != plain]
    return "".join(a for a, _ in marked), "".join(b for _, b in marked)


MARKED, PLAIN = _accents()
# Words as FTS5 cuts them: e-mail addresses and the like are no words of their own.
VECTOR = (
    rf"to_tsvector('english', regexp_replace(translate(content, '{MARKED}', '{PLAIN}'), "
    r"'[\W_]+', ' ', 'g'))"
)
POSTGRESQL = (
    f"CREATE INDEX message_words ON coach_message USING gin ({VECTOR})",
    f"CREATE INDEX memory_words ON coach_memory USING gin ({VECTOR})",
)
