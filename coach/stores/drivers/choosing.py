"""Which driver an address needs; it is imported only then."""

from coach.errors import StoreUnavailable
from coach.stores.drivers.base import Driver
from coach.stores.url import Address, Kind


def driver_for(address: Address) -> Driver:
    """The driver of an address; StoreUnavailable says what to install."""
    if address.kind is Kind.SQLITE:
        from coach.stores.drivers.sqlite import SqliteDriver

        return SqliteDriver(address)
    try:
        from coach.stores.drivers.postgresql import PostgresqlDriver
    except ImportError as error:
        raise StoreUnavailable(
            "PostgreSQL stores need psycopg, which is not installed: "
            f"pip install 'coachflow[postgresql]' ({error})"
        ) from error
    return PostgresqlDriver(address)
