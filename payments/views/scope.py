"""What a page of the month looks at: the territories one sees, or the one chosen in the address."""

from functools import cached_property
from typing import Any, cast
from urllib.parse import urlencode

from caracol.accounts.enums import NETWORK_WIDE, Role
from caracol.accounts.models import Territory
from caracol.accounts.policy import MONEY
from caracol.core.pages import PageRequest, policy
from payments.models import Term, TermPaper
from payments.models.terms import TermQuerySet
from payments.selectors.month import payments_of
from residents.models import Contract

PARAMETER = "territoire"


class Scope:
    """The part of the books that a request looks at, by the roles that open its page."""

    def __init__(self, request: PageRequest) -> None:
        self.user = request.user
        self.roles: frozenset[Any] = policy().PAGES[request.page_key]
        self._asked = request.GET.get(PARAMETER, "") or request.POST.get(PARAMETER, "")

    @cached_property
    def sees_all(self) -> bool:
        """Whether one of the roles counts on every territory."""
        return any(
            right.role in NETWORK_WIDE or right.territory_id is None
            for right in self.user.rights
            if right.role in self.roles
        )

    @cached_property
    def territories(self) -> list[Territory]:
        """The territories one may choose among: those with contracts."""
        own = Territory.objects.filter(contract__isnull=False).distinct().order_by("name")
        if not self.sees_all:
            rights = [right for right in self.user.rights if right.role in self.roles]
            own = own.filter(pk__in=[right.territory_id for right in rights])
        return list(own)

    @cached_property
    def chosen(self) -> Territory | None:
        """The territory chosen in the address, if it is one of one's own."""
        return next((each for each in self.territories if each.code == self._asked), None)

    @property
    def parts(self) -> list[Territory | None]:
        """The territories to act on one by one; None is all of them at once."""
        if self.chosen:
            return [self.chosen]
        return [None] if self.sees_all else list(self.territories)

    @property
    def label(self) -> str:
        """The territories in words."""
        if self.chosen:
            return self.chosen.name
        if len(self.territories) == 1:
            return self.territories[0].name
        return "Tous les territoires"

    @property
    def query(self) -> str:
        """The choice as the end of an address: "?territoire=IDF" or nothing."""
        return f"?{urlencode({PARAMETER: self.chosen.code})}" if self.chosen else ""

    @property
    def sees_places(self) -> bool:
        """Whether homes and rooms may be shown: accounting knows names and numbers only."""
        return bool(self.user.roles & (MONEY - {Role.ACCOUNTANT}))

    def _cut(self, rows: Any, path: str) -> Any:
        return rows.filter(**{path: self.chosen}) if self.chosen else rows

    def terms(self) -> TermQuerySet:
        """The terms one sees here."""
        rows = Term.objects.visible_to(self.user, self.roles)
        return cast(TermQuerySet, self._cut(rows, "contract__territory"))

    def contracts(self) -> Any:
        """The contracts one sees here."""
        return self._cut(Contract.objects.visible_to(self.user, self.roles), "territory")

    def papers(self) -> Any:
        """The papers of terms one sees here."""
        rows = TermPaper.objects.visible_to(self.user, self.roles)
        return self._cut(rows, "term__contract__territory")

    def payments(self) -> Any:
        """The postings of payments, and of their reversals, one sees here."""
        return payments_of(self.contracts())
