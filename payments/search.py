"""What Ctrl-K finds of the money: acts, and papers by their number."""

import re
from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from caracol.accounts.policy import PAGES
from caracol.core.registries import Act, SearchHit, register_act, search_provider
from payments.models import TermPaper

_NUMBER = re.compile(r"[A-Z]{1,4}-?\d{4}", re.IGNORECASE)

for act in (
    Act("Enregistrer un paiement", "payments:payment-record", "Encaissements",
        "encaisser espèces chèque virement règlement", "cash", order=10),
    Act("Clôturer le mois", "payments:month-index", "Encaissements",
        "facturer échéances quittances avis", "file-invoice", order=30),
    Act("Voir les impayés", "payments:arrears-list", "Impayés", "retard dette relance",
        "alert-circle"),
    Act("Voir les règlements", "payments:payment-list", "Encaissements", "paiements reçus", "list"),
    Act("Contrôler les comptes", "payments:ledger-check", "Comptabilité",
        "vérifier grand livre équilibre", "scale"),
):  # fmt: skip
    register_act(act)


@search_provider("papers")
def find_papers(user: Any, words: str, limit: int) -> Iterable[SearchHit]:
    """Papers of terms by their number, for who may read them."""
    if not _NUMBER.match(words.strip()):
        return []
    papers = TermPaper.objects.visible_to(user, PAGES["payments:paper-read"])
    found = papers.filter(document__number__istartswith=words.strip())
    rows = found.select_related("document", "term__contract").order_by("document__number")[:limit]
    return [
        SearchHit(
            group="Papiers",
            label=paper.document.number,
            detail=f"{paper.get_kind_display()} · contrat {paper.term.contract.number}",
            url=reverse("payments:account-detail", args=[paper.term.contract.number])
            + f"#echeance-{paper.term_id}",
            icon="receipt",
        )
        for paper in rows
    ]
