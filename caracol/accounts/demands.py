"""Of whom a second factor is demanded: a dated parameter names the roles."""

from django.conf import settings
from django.utils.module_loading import import_string

from caracol.accounts.models import User
from caracol.core import clock
from caracol.core.errors import Refused

PARAMETER = "security.mfa_roles"
ALL = "ALL"


def second_factor_demanded(user: User) -> bool:
    """Return whether this person must protect their account by a second factor.

    A role that nobody has named counts as named, and so does somebody without any right: what
    is unknown is demanded.
    """
    if not settings.MFA_DEMANDED:
        return False
    roles = _roles()
    return not user.roles or ALL in roles or bool(user.roles & roles)


def _roles() -> frozenset[str]:
    # The parameters live in a higher layer: found by name, as the rights table is.
    try:
        value = import_string("caracol.parameters.selectors.value")(PARAMETER, clock.today())
    except Refused:
        return frozenset({ALL})
    return frozenset(value if isinstance(value, list) else [ALL])
