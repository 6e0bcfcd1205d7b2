"""The person who signs in, by e-mail."""

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower

from caracol.accounts.enums import NETWORK_WIDE, Role

if TYPE_CHECKING:
    from caracol.accounts.models.rights import Membership


class UserManager(BaseUserManager["User"]):
    """Create users by e-mail."""

    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create an account; without a password it cannot sign in until one is chosen."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create the first director's account: every territory, and the administration."""
        user = self.create_user(email, password, **fields)
        user.memberships.create(role=Role.DIRECTOR)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find by e-mail, whatever the case typed."""
        return self.get(email=(username or "").lower())


class User(AbstractUser):
    """A member of the team. Rights come from memberships alone."""

    # Nobody is staff or superuser by a tick: see the properties of these names.
    username = None  # type: ignore[assignment]
    email = models.EmailField("adresse électronique", unique=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "utilisateur"
        verbose_name_plural = "utilisateurs"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")),
                name="user_email_lower",
                violation_error_message="L'adresse électronique s'écrit en minuscules.",
            )
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    @property
    def is_staff(self) -> bool:  # type: ignore[override]
        """Who enters the administration: the direction, for as long as it holds the role."""
        return Role.DIRECTOR in self.roles

    @property
    def is_superuser(self) -> bool:  # type: ignore[override]
        """In the administration, the direction may do what each page of it allows."""
        return Role.DIRECTOR in self.roles

    @cached_property
    def rights(self) -> "list[Membership]":
        """The living memberships, read once per request."""
        return list(self.memberships.select_related("territory"))

    @property
    def roles(self) -> frozenset[str]:
        """The roles held, anywhere."""
        return frozenset(right.role for right in self.rights) if self.is_active else frozenset()

    def roles_on(self, territory_id: int | None) -> frozenset[str]:
        """The roles that count on a territory: held there, or on all of them."""
        if not self.is_active:
            return frozenset()
        return frozenset(
            right.role
            for right in self.rights
            if right.role in NETWORK_WIDE or right.territory_id in (None, territory_id)
        )

    @property
    def role_label(self) -> str:
        """The French names of the roles held."""
        return ", ".join(sorted({Role(role).label for role in self.roles}))
