"""The account, on a person's page."""

from caracol.core.registries import Tab, register_tab

register_tab(
    Tab(
        subject="person",
        label="Compte",
        url_name="payments:person-account",
        page_key="payments:person-account",
        order=20,
    )
)
