"""PostgreSQL and Redis of a developer's machine, private to one VAR_DIR.

Imported by the settings, the tests and `./dev` only. `addresses` is pure; the servers are
started by `caracol.embedded.services.running` or `python -m caracol.embedded run -- command`.
"""

from caracol.embedded.addresses import Addresses, addresses

__all__ = ["Addresses", "addresses"]
