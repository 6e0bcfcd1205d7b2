"""Tabs of a person's and a contract's pages, and the answers of the contracts about rooms."""

from caracol.core.registries import Tab, register_tab
from colocations.selectors import occupancy
from residents.selectors.stays import ContractOccupancy

occupancy.register(ContractOccupancy())

for label, name, order in (
    ("Vue d'ensemble", "person-detail", 0),
    ("Situation", "person-status", 30),
    ("Documents", "person-documents", 40),
    ("Messages", "person-messages", 50),
    ("Historique", "person-history", 80),
    ("Qui a consulté", "person-access", 90),
):
    key = f"residents:{name}"
    register_tab(Tab(subject="person", label=label, url_name=key, page_key=key, order=order))

for label, name, order in (
    ("Contrat", "contract-detail", 0),
    ("Assurance", "contract-insurance", 40),
    ("Documents", "contract-documents", 50),
    ("Historique", "contract-history", 80),
):
    key = f"residents:{name}"
    register_tab(Tab(subject="contract", label=label, url_name=key, page_key=key, order=order))
