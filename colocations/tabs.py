"""Tabs of a home's page."""

from caracol.core.registries import Tab, register_tab

for label, name, order in (
    ("Vue d'ensemble", "home-detail", 0),
    ("Historique", "home-history", 80),
):
    key = f"colocations:{name}"
    register_tab(Tab(subject="home", label=label, url_name=key, page_key=key, order=order))
