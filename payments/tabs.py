"""The account and the aid on a person's page, the deposit on a contract's."""

from caracol.core.registries import Tab, register_tab
from payments.selectors.deposits import has_deposit

register_tab(
    Tab(
        subject="person",
        label="Compte",
        url_name="payments:person-account",
        page_key="payments:person-account",
        order=20,
    )
)
register_tab(
    Tab(
        subject="person",
        label="CAF",
        url_name="payments:person-caf",
        page_key="payments:person-caf",
        order=25,
    )
)
register_tab(
    Tab(
        subject="contract",
        label="Dépôt",
        url_name="payments:contract-deposit",
        page_key="payments:contract-deposit",
        order=30,
        fits=has_deposit,
    )
)
register_tab(
    Tab(
        subject="contract",
        label="Prélèvement",
        url_name="payments:contract-mandate",
        page_key="payments:contract-mandate",
        order=32,
    )
)
