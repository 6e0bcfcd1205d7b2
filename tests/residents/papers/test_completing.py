"""Complete a contract taken over: only what lacks, from its own paper."""

import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from residents.enums import ContractKind, ContractStatus
from residents.services.completing import CompletionRefused, complete_contract, facts_lacking
from tests import factories

pytestmark = pytest.mark.django_db


def test_only_what_lacks_is_asked_and_written(client_for, contract_of, manager):
    """A precarious occupation without its ground: one field, one line of history."""
    contract = contract_of(ContractKind.COP, precarity_ground="")
    assert facts_lacking(contract) == ("precarity_ground",)
    where = reverse("residents:contract-complete", args=[contract.pk])
    client = client_for(manager)
    assert "objective_causes" not in client.get(where).content.decode()
    assert client.post(where, {"precarity_ground": " "}).status_code == 200
    answer = client.post(where, {"precarity_ground": "démolition décidée"})
    assert answer["Location"] == reverse("residents:contract-detail", args=[contract.pk])
    contract.refresh_from_db()
    assert contract.precarity_ground == "démolition décidée"
    history = reverse("residents:contract-history", args=[contract.pk])
    assert "Contrat complété" in client.get(history).content.decode()
    assert client.get(where).status_code == 302


def test_what_is_written_or_not_signed_is_refused(contract_of, manager):
    """An amendment changes; a draft is edited."""
    contract = contract_of(ContractKind.COP)
    with pytest.raises(CompletionRefused, match="avenant"):
        complete_contract(contract=contract, facts={"precarity_ground": "autre"}, actor=manager)
    draft = contract_of(ContractKind.CRT, status=ContractStatus.DRAFT, purpose="")
    with pytest.raises(CompletionRefused, match="brouillon"):
        complete_contract(contract=draft, facts={"purpose": "x"}, actor=manager)


def test_a_form_shown_before_somebody_wrote_changes_nothing(client_for, contract_of, manager):
    """The second person is told."""
    contract = contract_of(ContractKind.CRT, purpose="", objective_causes="")
    where = reverse("residents:contract-complete", args=[contract.pk])
    client = client_for(manager)
    seen = client.get(where).context["form"]["seen"].value()
    complete_contract(contract=contract, facts={"purpose": "loger"}, actor=manager)
    answer = client.post(where, {"seen": seen, "objective_causes": "restitution"})
    assert "a modifié le contrat" in str(answer.context["form"].errors)
    seen = answer.context["form"]["seen"].value()
    assert client.post(where, {"seen": seen, "objective_causes": "restitution"}).status_code == 302
    other = factories.make_user(Role.SOCIAL_WORKER, "IDF")
    assert client_for(other).get(where).status_code == 403
