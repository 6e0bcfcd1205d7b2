"""The letter of a notice, of a missing insurance: written from the page that speaks of it."""

import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.core import clock
from residents.enums import InsuranceStepKind, NoticeGiver
from residents.models import InsuranceCase, InsuranceStep
from tests import factories

pytestmark = pytest.mark.django_db


def read(client_for, role, name, contract):
    client = client_for(factories.make_user(role, "IDF"))
    return client.get(reverse(f"residents:{name}", args=[contract.pk])).content.decode()


def letter(contract, what):
    return reverse("residents:document-issue", args=[contract.pk, what])


def test_a_notice_leads_to_its_letter(client_for):
    contract = factories.make_contract()
    notice = factories.make_notice(contract, given_by=NoticeGiver.MANAGER)
    here = letter(contract, notice.paper)
    shown = read(client_for, Role.GLA_ASSISTANT, "contract-detail", contract)
    assert here in shown
    assert "Écrire la lettre de congé" in shown
    assert here not in read(client_for, Role.SOCIAL_WORKER, "contract-detail", contract)
    client = client_for(factories.make_user(Role.GLA_MANAGER, "IDF"))
    assert client.get(here).status_code == 200
    notice.withdrawn_on = clock.today()
    notice.save()
    assert here not in read(client_for, Role.GLA_ASSISTANT, "contract-detail", contract)


def test_a_missing_insurance_leads_to_both_letters_then_to_that_of_the_path_chosen(client_for):
    contract = factories.make_contract()
    both = [letter(contract, what) for what in ("assurance-pour-compte", "assurance-clause")]
    shown = read(client_for, Role.GLA_MANAGER, "contract-insurance", contract)
    assert [here in shown for here in both] == [True, True]
    case = InsuranceCase.objects.create(contract=contract, opened_on=contract.starts_on)
    kind = InsuranceStepKind.BEHALF_NOTICE
    InsuranceStep.objects.create(case=case, kind=kind, done_on=clock.today())
    shown = read(client_for, Role.GLA_MANAGER, "contract-insurance", contract)
    assert [here in shown for here in both] == [True, False]
    factories.make_insurance(contract, ends_on=contract.ends_on)
    assert both[0] not in read(client_for, Role.GLA_MANAGER, "contract-insurance", contract)
