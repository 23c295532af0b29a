"""What the search index is made of, beside the tables.

SQLite: an FTS5 table that holds no text, only which rows have a word. A row's number in it is its
session's (or its person's) number, shifted, and its own: so a search in one session reads one
range, whatever else is in the store. Rows are put in when somebody searches, and taken out by
triggers, which are given the text that the table does not hold.

PostgreSQL: GIN indexes over the words of both tables, each word with whose it is. Nothing else is
stored.
"""

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


# The words of a text as FTS5 cuts and folds them (no e-mail address is one word, no letter has a
# mark), each behind eight digits for whose it is: so what a search reads is one session's, however
# much else is in the store. It costs far more than PostgreSQL would think of a function, which
# would rather work it out for every row of a session than use the index.
PLAIN = r"regexp_replace(normalize(content, NFD), '[\u0300-\u036f]+', '', 'g')"
CUT = rf"regexp_replace({PLAIN}, '[-_./@:+&<>~=#%]+', ' ', 'g')"
WORDS_OF = " ".join(
    (
        "CREATE OR REPLACE FUNCTION coach_words(owner text, content text) RETURNS text[]",
        "LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 100000 AS $$",
        "SELECT coalesce(array_agg(left(md5(owner), 8) || lexeme), '{}')",
        f"FROM unnest(to_tsvector('english', {CUT})) $$",
    )
)
POSTGRESQL = (
    WORDS_OF,
    "CREATE INDEX message_words ON coach_message USING gin (coach_words(session_id, content))",
    "CREATE INDEX memory_words ON coach_memory USING gin (coach_words(user_id, content))",
)
