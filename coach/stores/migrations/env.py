"""What Alembic runs: the migrations on the connection it was handed, inside its transaction."""

from alembic import context

from coach.stores.schema import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
    transaction_per_migration=False,
    transactional_ddl=False,  # the transaction is begun and ended by who called
)
context.run_migrations()
