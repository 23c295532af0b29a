"""Running the migrations from Python: no ini file, no command, one transaction."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config

from coach.stores.connect import Database
from coach.stores.schema import VERSION_TABLE

HERE = Path(__file__).parent


def migrate(database: Database, version: int) -> None:
    """From a version to the newest. Whoever comes second finds nothing to do."""
    with database.engine.connect() as connection:
        database.speaking(lambda: database.driver.begin(_raw(connection), True))
        try:
            if (lock := database.driver.lock_schema) is not None:
                connection.exec_driver_sql(lock)
            database.speaking(lambda: _run(connection, version))
            connection.exec_driver_sql("COMMIT")
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            raise


def _raw(connection: Any) -> Any:
    return connection.connection.driver_connection


def _run(connection: Any, version: int) -> None:
    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.attributes["connection"] = connection
    if not _is_stamped(connection):
        command.stamp(config, str(version))
    command.upgrade(config, "head")


def _is_stamped(connection: Any) -> bool:
    """Version 1 and 2 kept their number in a table of their own."""
    from sqlalchemy import inspect

    return VERSION_TABLE in inspect(connection).get_table_names()
