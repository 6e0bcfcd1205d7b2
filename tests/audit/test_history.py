"""The history in French: acts, authors, values, masks; the register that nobody rewrites."""

import pytest
from django.db import DatabaseError, transaction

from caracol.audit import history
from caracol.audit.models import AccessRecord
from caracol.audit.selectors import consultations_of, history_of
from caracol.audit.services import record_access
from residents.models import Contract, ContractTerms, Person, PersonStatus
from residents.permissions import Fact, masks
from tests import factories

pytestmark = pytest.mark.django_db


def test_rows_of_one_act_are_one_line():
    """The act's name, its author, its reason, every row it touched."""
    actor = factories.make_user(first_name="Camille", last_name="Rousseau")
    contract = factories.make_contract()
    code = history.label("residents.moved", "Loyer et état changés")
    with history.act(code, actor=actor, reason="avenant"):
        contract.payment_method = "CASH"
        contract.save()
        terms = contract.terms.get()
        terms.fee += 5
        terms.save()
    lines = history_of({Contract: [contract.pk], ContractTerms: [terms.pk]})
    line = next(line for line in lines if line.reason)
    assert (line.title, line.who, line.reason) == (
        "Loyer et état changés",
        "Camille Rousseau",
        "avenant",
    )
    changes = {
        change.name: (change.before, change.after) for row in line.rows for change in row.changes
    }
    assert changes["mode de paiement"] == ("virement", "espèces")
    assert changes["redevance mensuelle"] == (
        "180,00\N{NO-BREAK SPACE}€",
        "185,00\N{NO-BREAK SPACE}€",
    )


def test_without_a_name_the_line_says_what_was_done():
    """Raw SQL too: the triggers see it."""
    person = factories.make_person("Diallo", "Amina")
    Person.objects.filter(pk=person.pk).update(last_name="Diallo-Sow", email_consent=True)
    line = next(iter(history_of({Person: [person.pk]})))
    assert "personne" in line.title
    assert {"nom", "accepte ses documents par courriel"} <= {
        change.name for row in line.rows for change in row.changes
    }


def test_what_one_may_not_know_is_masked():
    """The change shows, its values do not."""
    contract = factories.make_contract(fee="987.65")
    person = contract.holders.get().person
    status = factories.make_status(person, nationality="Kiribati")
    subjects = {
        ContractTerms: contract.terms.values_list("pk", flat=True),
        PersonStatus: [status.pk],
    }
    every = str([line.rows for line in history_of(subjects)])
    assert "987,65" in every
    assert "Kiribati" in every
    hidden = str([line.rows for line in history_of(subjects, masks=masks(frozenset()))])
    assert "987,65" not in hidden
    assert "Kiribati" not in hidden
    assert masks(frozenset(Fact)) == frozenset()


def test_consultations_are_latest_first_and_their_own():
    """Those of the subjects asked for."""
    user, person = factories.make_user(), factories.make_person()
    for action in ("VIEW", "PRINT"):
        record_access(actor=user, action=action, subject=person, label="Fiche")
    record_access(actor=user, action="EXPORT", label="Liste", rows=3)
    found = consultations_of({Person: [person.pk]})
    assert [record.action for record in found] == ["PRINT", "VIEW"]


@pytest.mark.parametrize(
    "write",
    [
        lambda rows: rows.update(label="autre"),
        lambda rows: rows.delete(),
    ],
)
def test_the_register_is_never_rewritten(write):
    """The database refuses, whoever asks."""
    record_access(actor=factories.make_user(), action="VIEW", label="Fiche")
    with pytest.raises(DatabaseError), transaction.atomic():
        write(AccessRecord.objects.all())
