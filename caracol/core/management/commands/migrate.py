"""`manage.py migrate`: as Django's, by the owner, then the guards and the application's rights."""

from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connections

from caracol.core.database import MIGRATION_LOCK, OWNER, bind_guards, grant_app_role


class Command(DjangoMigrate):
    """Migrate on the alias "owner", one at a time, then bind the guards and grant the rights."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take Django's arguments, with the owner as the default database."""
        super().add_arguments(parser)
        parser.set_defaults(database=OWNER)

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, then bind the guards and grant."""
        connection = connections[options["database"]]
        only_reads = options["plan"] or options["check_unapplied"]
        if only_reads or connection.alias != OWNER:
            super().handle(*args, **options)
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            super().handle(*args, **options)
            bind_guards(connection)
            grant_app_role(connection)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])
