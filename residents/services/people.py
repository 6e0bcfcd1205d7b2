"""Create and correct people: identity and contacts only; what few may read is apart."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import ProtectedError

from caracol.accounts.models import Territory, User
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.core.text import sort_key
from caracol.core.versions import refuse_if_changed
from residents.enums import Civility
from residents.models import Person

CREATED = history.label("residents.person-created", "Fiche créée")
EDITED = history.label("residents.person-edited", "Identité et contacts corrigés")
REMOVED = history.label("residents.person-removed", "Fiche créée par erreur, retirée")

# Whoever gives a new reference waits for the one before to be committed.
REFERENCE_LOCK = 4_221_741
VERSIONED = (
    *("civility", "last_name", "first_name", "birth_date", "language", "phone", "email"),
    *("email_consent", "sms_consent", "caf_number", "caf_department", "territory", "died_on"),
)


class PersonInUse(Refused):
    """A contract or a paper names the person."""


@dataclass(frozen=True)
class Identity:
    """Who a person is and how to reach them; a fact left at None is not touched."""

    last_name: str
    first_name: str
    civility: str = Civility.NONE
    birth_date: date | None = None
    language: str = "fr"
    phone: str = ""
    email: str = ""
    email_consent: bool = False
    sms_consent: bool = False
    caf_number: str | None = None
    caf_department: str | None = None
    territory: Territory | None = None
    died_on: date | None = None

    def facts(self) -> dict[str, Any]:
        """Return the columns to write."""
        known = {each.name: getattr(self, each.name) for each in fields(self)}
        for name in ("caf_number", "caf_department"):
            if known[name] is None:
                del known[name]
        key = sort_key(f"{self.last_name} {self.first_name}")
        return {**known, "search_key": key}


@transaction.atomic
def create_person(*, identity: Identity, actor: User) -> Person:
    """Write a new person with the next reference; two at once never get the same."""
    with history.act(CREATED, actor=actor):
        person = Person(reference=_next_reference(), **identity.facts())
        person.full_clean(validate_unique=False)
        person.save()
    return person


@transaction.atomic
def edit_person(*, person: Person, identity: Identity, seen: str, actor: User) -> Person:
    """Correct a person's identity and contacts. Raises ChangedMeanwhile."""
    with history.act(EDITED, actor=actor):
        row = Person.objects.select_for_update(no_key=True, of=("self",)).get(pk=person.pk)
        refuse_if_changed(row, VERSIONED, seen)
        for name, value in identity.facts().items():
            setattr(row, name, value)
        if row.died_on:
            row.email_consent = row.sms_consent = False
        row.full_clean(validate_unique=False)
        row.save()
    return row


@transaction.atomic
def remove_person(*, person: Person, actor: User) -> None:
    """Remove a person created by mistake. Raises PersonInUse once anything names them."""
    with history.act(REMOVED, actor=actor):
        row = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
        try:
            with transaction.atomic():
                row.delete()
        except ProtectedError as error:
            raise PersonInUse(
                f"{row.full_name} a déjà un contrat, un titre ou un document : la fiche reste."
            ) from error


def _next_reference() -> str:
    """Return the reference after the greatest one: R0001, R0002…"""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [REFERENCE_LOCK])
        cursor.execute(
            "SELECT coalesce(max(substring(reference from '^R([0-9]{1,9})$')::bigint), 0) + 1"
            " FROM residents_person"
        )
        return f"R{cursor.fetchone()[0]:04d}"
