"""The tab of rights on a person's page."""

from caracol.core.registries import Tab, register_tab

_KEY = "social:person-rights"
register_tab(Tab(subject="person", label="Droits", url_name=_KEY, page_key=_KEY, order=32))
