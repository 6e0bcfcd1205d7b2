"""What the signed contracts of the demonstration say, recorded after the takeover.

The grounds of precarity that lack stay lacking: they are the day's work.
"""

from caracol.accounts.models import User
from residents.enums import LIVING
from residents.models import Contract
from residents.services.completing import complete_contract, facts_lacking

WORDS = {
    "purpose": "Loger temporairement, dans un bâtiment vacant, des personnes qui vivent en "
    "colocation solidaire et préparent leur accès à un logement durable.",
    "objective_causes": "Restitution du bâtiment au propriétaire, à la date ou à l'événement que "
    "prévoit la convention\nRetrait de l'agrément de l'association\nSinistre ou arrêté qui rend "
    "les lieux inhabitables",
    "term_event": "l'ouverture du chantier annoncé par le propriétaire",
    "approval_reference": "agrément pour l'intermédiation locative n° 2023-117",
}


def complete_contracts(actor: User) -> int:
    """Complete the living contracts with what their papers say; return how many."""
    done = 0
    for contract in Contract.objects.filter(status__in=LIVING).order_by("pk"):
        facts = {name: WORDS[name] for name in facts_lacking(contract) if name in WORDS}
        if facts:
            complete_contract(contract=contract, facts=facts, actor=actor)
            done += 1
    return done
