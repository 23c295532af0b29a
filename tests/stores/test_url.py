"""Addresses, and places where no database can be."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from coach.errors import StoreUnavailable, StoreUrlError
from coach.stores.sql import SqlStore
from coach.stores.url import parse_url


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:"])
def test_without_a_path_a_store_is_in_memory(url: str):
    """Nothing is written to the disk."""
    assert parse_url(url).path is None


@pytest.mark.parametrize(
    ("url", "path", "synchronous"),
    [
        ("sqlite:///coach.db", "coach.db", "full"),
        ("sqlite:////var/coach.db", "/var/coach.db", "full"),
        ("sqlite:///a b/ü.db", "a b/ü.db", "full"),
        ("sqlite:///coach.db?synchronous=normal", "coach.db", "normal"),
        ("sqlite:///coach.db?synchronous=full", "coach.db", "full"),
    ],
)
def test_three_slashes_lead_to_a_file(url: str, path: str, synchronous: str):
    """Relative to the working directory, or absolute with a fourth slash."""
    address = parse_url(url)
    assert (address.path, address.synchronous) == (Path(path), synchronous)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("coach.db", "'coach.db' is not an address: write 'sqlite://'"),
        ("sqlite://coach.db", "needs three slashes"),
        ("sqlite:///a.db?synchronus=normal", "unknown option 'synchronus'. Did you mean 'synchron"),
        ("sqlite:///a.db?cache=1", "unknown option 'cache'. Known: synchronous."),
        ("sqlite:///a.db?synchronous=off", "synchronous is 'full' or 'normal', not 'off'"),
        ("sqlite:///a.db?synchronous=full&synchronous=full", "'synchronous' is there twice"),
        ("postgresql+asyncpg://u:secret@h/d", "'postgresql+asyncpg': the driver is psycopg"),
        ("postgresql://u:secret@h", "names no database"),
        ("postgresql://u:secret@h:port/d", "a postgresql address cannot be read"),
        ("postgresql://u:secret@h/d?shema=a", "unknown option 'shema'. Did you mean 'schema'?"),
        ("postgresql://u:secret@h/d?schema=a b", "schema 'a b' is not usable"),
        ('postgresql://u:secret@h/d?schema=a";--', "is not usable: take 1 to 63"),
        ("redis://h", "'redis' is no store but a cache in front of one"),
        ("rediss://h", "'rediss' is no store but a cache in front of one"),
        ("mysql://u:secret@h/d", "store scheme 'mysql' is unknown: use 'sqlite://'"),
    ],
)
def test_an_address_that_names_no_store_says_what_would_work(url: str, says: str):
    """And a password in it is not repeated."""
    with pytest.raises(StoreUrlError) as caught:
        parse_url(url)
    assert says in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgresql+psycopg", "postgresql", "postgres"])
def test_a_server_is_named_with_its_login_and_a_schema(scheme: str):
    """The password goes to the driver and is never shown."""
    address = parse_url(f"{scheme}://ada:p%40ss@db.example:5433/coach?schema=own&sslmode=require")
    assert address.login == {
        "host": "db.example",
        "port": 5433,
        "user": "ada",
        "password": "p@ss",
        "dbname": "coach",
        "sslmode": "require",
    }
    assert (address.schema, address.in_memory) == ("own", False)
    assert "ss@" not in repr(address)
    assert "p@ss" not in repr(address)
    assert "***" in address.url


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("", "is a folder: name a file in it, such as coach.db"),
        ("a.txt/coach.db", "a.txt' is a file, so"),
        ("a.txt/b/coach.db", "a.txt' is a file, so"),
        ("missing/coach.db", "missing' does not exist: create it first"),
        ("a.txt", "file is not a database"),
        ("x" * 300, "cannot be used: File name too long"),
        ("a\0b", "cannot be used: U+0000 in a path"),
    ],
)
def test_a_place_where_no_database_can_be_is_refused(tmp_path: Path, place: str, says: str):
    """In words, before anything is written."""
    (tmp_path / "a.txt").write_text("not a database, and longer than a header would be" * 3)
    with pytest.raises(StoreUnavailable) as caught:
        SqlStore(f"sqlite:///{tmp_path}/{place}")
    assert says in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs Linux")
def test_a_file_system_that_takes_no_files_is_refused():
    """Root is bound by /proc too."""
    with pytest.raises(StoreUnavailable, match="unable to open database file"):
        SqlStore("sqlite:////proc/coach.db")


@pytest.fixture
def locked() -> Iterator[Path]:
    """A folder whose owner is not the one who asks."""
    with tempfile.TemporaryDirectory(prefix="coach-locked-") as folder:
        Path(folder).chmod(0o755)
        SqlStore(f"sqlite:///{folder}/coach.db").close()
        (Path(folder) / "secret").mkdir(mode=0o700)
        root = os.geteuid() == 0
        if root:
            os.seteuid(65534)
        else:
            Path(folder).chmod(0o555)
            (Path(folder) / "coach.db").chmod(0o444)
            (Path(folder) / "secret").chmod(0o000)
        yield Path(folder)
        if root:
            os.seteuid(0)
        for path in (Path(folder), Path(folder) / "secret"):
            path.chmod(0o755)


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("coach.db", "readonly database|unable to open database file"),
        ("new.db", "unable to open database file"),
        ("secret/coach.db", "cannot be used: Permission denied"),
    ],
)
def test_a_read_only_place_is_refused(locked: Path, place: str, says: str):
    """A file of somebody else's, a folder to read only, a folder not to be entered."""
    with pytest.raises(StoreUnavailable, match=says):
        SqlStore(f"sqlite:///{locked / place}")
