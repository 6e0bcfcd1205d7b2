"""Two roles on one database: the owner migrates, the application owns nothing."""

import threading

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import IntegrityError, ProgrammingError, connection, connections, transaction

from caracol.core.database import FULL, OWNER, OwnerMigrates, grant_app_role, table_rights
from tests.helpers.databases import check_constraints


def privileges(table):
    with connection.cursor() as cursor:
        return {
            right
            for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER")
            if _has(cursor, table, right)
        }


def _has(cursor, table, right):
    cursor.execute("SELECT has_table_privilege(%s, %s)", [table, right])
    return cursor.fetchone()[0]


def refused(statement):
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_tests_run_under_the_application_role(db):
    """Else its limits would never be tried."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("caracol_app",)
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
        assert cursor.fetchone() == (0,)


def test_the_application_changes_no_table_and_no_trigger(db):
    """Neither schema, nor triggers, nor the way triggers fire."""
    refused("CREATE TABLE x (n int)")
    refused("ALTER TABLE auth_group DISABLE TRIGGER ALL")
    refused("TRUNCATE auth_group CASCADE")
    refused("SET session_replication_role = replica")
    refused("UPDATE django_migrations SET name = 'x'")


def test_no_session_sets_the_guards_aside(db):
    """Neither by the setting that pgtrigger reads, nor by changing the function that reads it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(tgname)::text FROM pg_trigger WHERE tgname LIKE 'pgtrigger_%%'"
        )
        cursor.execute("SET LOCAL pgtrigger.ignore = %s", cursor.fetchone())
        cursor.execute(
            "SELECT count(*) FILTER (WHERE public._pgtrigger_should_ignore(tgname)), count(*)"
            " FROM pg_trigger WHERE tgname LIKE 'pgtrigger_%%'"
        )
        ignored, guards = cursor.fetchone()
    assert ignored == 0 < guards
    refused("DROP FUNCTION public._pgtrigger_should_ignore(name)")


def test_rights_follow_what_models_declare(db):
    """Every table has the rights of its model, and no other."""
    existing = set(connection.introspection.table_names())
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            assert model._meta.db_table in existing
            assert privileges(model._meta.db_table) == set(table_rights(model)), model


def test_an_ordinary_table_takes_everything(db):
    """A group can be added, changed and removed by the application."""
    assert table_rights(Group) == FULL
    group = Group.objects.create(name="one")
    Group.objects.filter(pk=group.pk).update(name="two")
    group.delete()


def test_each_test_starts_from_the_same_rows(db):
    """The row of the previous test, whichever it is, was rolled back."""
    assert not Group.objects.exists()
    Group.objects.create(name="one")


def test_only_the_owner_migrates():
    """The router sends the schema to one alias."""
    assert OwnerMigrates().allow_migrate(OWNER, "payments")
    assert not OwnerMigrates().allow_migrate("default", "payments")


def test_a_real_database_commits_and_is_seen_by_threads_and_processes(real_db):
    """What one thread commits, another and another process see."""

    def add():
        Group.objects.create(name="from a thread")
        connections.close_all()

    thread = threading.Thread(target=add)
    thread.start()
    thread.join()
    assert Group.objects.get().name == "from a thread"
    shown = real_db.manage(
        "shell",
        "-v0",
        "-c",
        "from django.contrib.auth.models import Group; print(Group.objects.get().name)",
    )
    assert shown.stdout.strip().endswith("from a thread"), shown.stderr


def test_a_real_database_is_new_each_time(real_db):
    """Nothing of the test above."""
    assert not Group.objects.exists()


def test_granting_again_changes_nothing(real_db):
    """Migrations may run at each deployment."""
    before = privileges("auth_group")
    grant_app_role(connections[OWNER])
    connections["default"].close()
    assert privileges("auth_group") == before


def test_deferred_constraints_can_be_fired(db):
    """A foreign key to nobody is refused as at COMMIT."""
    through = Group.permissions.through
    with pytest.raises(IntegrityError, match="group_id"), transaction.atomic():
        through.objects.create(group_id=-1, permission_id=-1)
        check_constraints()
