"""Roles that read or do the same things, by name: the table of rights is written with them."""

from caracol.accounts.enums import Role

_D, _M, _A = Role.DIRECTOR, Role.GLA_MANAGER, Role.GLA_ASSISTANT
_O, _W, _S = Role.MISSION_OFFICER, Role.SOCIAL_WORKER, Role.SOCIAL_DIRECTOR
_T, _C = Role.TECHNICAL, Role.ACCOUNTANT

EVERYONE = frozenset(Role)
GLA = frozenset({_D, _M, _A})
GLA_DECIDES = frozenset({_D, _M})
SOCIAL = frozenset({_W, _S})
# Who may see an amount that concerns a resident: TECHNICAL and MISSION_OFFICER never do.
MONEY = GLA | SOCIAL | {_C}
ARREARS = GLA | SOCIAL
# Who may read a paper handed to a resident: it carries the home, the room and the address, which
# accounting has no need of.
PAPERS = GLA | SOCIAL
PERMITS = GLA | SOCIAL
# Rights of people: the social service writes them, the direction reads them with it.
RIGHTS = SOCIAL | {_D}
CONTACTS = GLA | SOCIAL | {_O}
HOMES = EVERYONE - {_C}
BOOKS = GLA | {_C}
# Who keeps buildings in order; who is there every week; who needs to know until when they are held.
UPKEEP = GLA | {_T}
ON_SITE = GLA | {_T, _O}
AGREEMENTS = GLA | SOCIAL | {_T}
