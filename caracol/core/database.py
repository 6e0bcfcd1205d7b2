"""Two roles on one database: the owner migrates, the application's role owns nothing.

A model says what the application may do with its rows by class attributes:
`db_rights = "append"` (read and insert only) and `db_update_columns = ("balance",)` (the
columns that may be updated all the same). Without them the application may do all four.
"""

from collections.abc import Iterable
from typing import Any, Literal

import pghistory.models
from django.apps import apps
from django.conf import settings
from django.core.management.base import CommandError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

OWNER = "owner"
MIGRATION_LOCK = 4_221_706  # any constant: two migrations wait for each other
FULL = ("SELECT", "INSERT", "UPDATE", "DELETE")
APPEND = ("SELECT", "INSERT")
# The context of an act is completed while the act goes on, and never removed.
COMPLETE = ("SELECT", "INSERT", "UPDATE")


class OwnerMigrates:
    """Database router: the schema changes on the alias "owner" only."""

    def allow_migrate(
        self, db: str, app_label: str, model_name: str | None = None, **hints: object
    ) -> bool:
        """Allow migrations on the owner's connection only."""
        return db == OWNER


def grant_app_role(connection: BaseDatabaseWrapper) -> None:
    """Give the application's role, created if missing, exactly the rights the models declare."""
    role = settings.APP_ROLE
    with connection.cursor() as cursor:
        _ensure_role(cursor, role)
        name = connection.ops.quote_name(role)
        statements = [f"GRANT USAGE ON SCHEMA public TO {name}"]
        statements += [f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}"]
        statements += [f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}"]
        existing = set(connection.introspection.table_names(cursor))
        for model in _tables():
            if model._meta.db_table in existing:
                table = connection.ops.quote_name(model._meta.db_table)
                rights = ", ".join(_rights(model, connection))
                statements.append(f"GRANT {rights} ON {table} TO {name}")
        if "django_migrations" in existing:
            statements.append(f"GRANT SELECT ON django_migrations TO {name}")
        cursor.execute("; ".join(statements))


def bind_guards(connection: BaseDatabaseWrapper) -> None:
    """Let no session set the triggers' guards aside, whatever it puts in `pgtrigger.ignore`.

    The function that pgtrigger installs would let it. Like pghistory's, it also opens a
    subtransaction for each row and aborts it, which goes through every deferred check still to
    be made: thousands of rows in one transaction would take quadratic time. Ours do not.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NEVER_IGNORE)
        cursor.execute("SELECT to_regproc('public._pgh_attach_context') IS NOT NULL")
        if cursor.fetchone()[0]:
            cursor.execute(_ATTACH_CONTEXT)


_NEVER_IGNORE = """
    CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name)
    RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false'
"""

# As pghistory 3 has it, but a setting that is missing or empty is read without an error to catch.
_ATTACH_CONTEXT = """
    CREATE OR REPLACE FUNCTION public._pgh_attach_context() RETURNS uuid LANGUAGE plpgsql AS $$
        DECLARE
            known uuid = nullif(current_setting('pghistory.context_id', true), '')::uuid;
            facts jsonb = nullif(current_setting('pghistory.context_metadata', true), '')::jsonb;
        BEGIN
            IF known IS NULL OR facts IS NULL THEN
                RETURN NULL;
            END IF;
            INSERT INTO pghistory_context (id, metadata, created_at, updated_at)
                VALUES (known, facts, now(), now())
                ON CONFLICT (id) DO UPDATE
                    SET metadata = EXCLUDED.metadata, updated_at = EXCLUDED.updated_at
                    WHERE pghistory_context.metadata <> EXCLUDED.metadata;
            RETURN known;
        END
    $$
"""


def table_rights(model: type[Model]) -> tuple[str, ...]:
    """Return the rights of the application on the whole table of `model`."""
    if issubclass(model, pghistory.models.Event):
        return APPEND
    if model._meta.app_label == "pghistory":
        return COMPLETE
    declared: Literal["full", "append"] = getattr(model, "db_rights", "full")
    return {"full": FULL, "append": APPEND}[declared]


def _tables() -> Iterable[type[Model]]:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            yield model


def _rights(model: type[Model], connection: BaseDatabaseWrapper) -> list[str]:
    rights = list(table_rights(model))
    fields: tuple[str, ...] = getattr(model, "db_update_columns", ())
    if fields and "UPDATE" not in rights:
        columns = {field.name: field.column for field in model._meta.concrete_fields}
        quoted = (connection.ops.quote_name(str(columns[name])) for name in fields)
        rights.append(f"UPDATE ({', '.join(quoted)})")
    return rights


def _ensure_role(cursor: Any, role: str) -> None:
    """Create the role where it is missing and let the owner take it (SET ROLE)."""
    execute, fetch = cursor.execute, cursor.fetchone
    execute("SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user")
    may_create = fetch()[0]
    execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    if not fetch():
        if not may_create:
            raise CommandError(
                f"The role {role} is missing and the owner may not create it. As a database "
                f"administrator: CREATE ROLE {role} LOGIN; GRANT {role} TO <owner>;"
            )
        execute(f'CREATE ROLE "{role}" LOGIN')
    if may_create:
        _give_password(cursor, role)
        execute("SELECT pg_has_role(current_user, %s, 'MEMBER')", [role])
        if not fetch()[0]:
            execute(f'GRANT "{role}" TO CURRENT_USER')


def _give_password(cursor: Any, role: str) -> None:
    """Give the role the password by which the application signs in, when its URL names one.

    It is hashed here: the server's log never sees it.
    """
    config = settings.DATABASES["default"]
    if config["USER"] != role or not config["PASSWORD"]:
        return
    hashed = cursor.connection.pgconn.encrypt_password(
        config["PASSWORD"].encode(), role.encode(), b"scram-sha-256"
    )
    cursor.execute(f'ALTER ROLE "{role}" PASSWORD %s', [hashed.decode()])
