"""Tabs of the pages of the patrimony."""

from caracol.core.registries import Tab, register_tab

for subject, label, name, order in (
    ("home", "Vue d'ensemble", "home-detail", 0),
    ("home", "Occupation", "home-occupancy", 10),
    ("home", "Équipement", "home-equipment", 40),
    ("home", "Clés", "home-keys", 50),
    ("home", "Historique", "home-history", 80),
    ("room", "Vue d'ensemble", "room-detail", 0),
    ("room", "Historique", "room-history", 80),
    ("site", "Vue d'ensemble", "site-detail", 0),
    ("site", "Historique", "site-history", 80),
    ("owner", "Vue d'ensemble", "owner-detail", 0),
    ("owner", "Historique", "owner-history", 80),
    ("agreement", "Vue d'ensemble", "agreement-detail", 0),
    ("agreement", "Historique", "agreement-history", 80),
):
    key = f"colocations:{name}"
    register_tab(Tab(subject=subject, label=label, url_name=key, page_key=key, order=order))
