"""Private addresses by which a calendar program reads one's own agenda."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class FeedToken(models.Model):
    """The secret of a person's calendar feed: only its SHA-256 is kept; one at a time serves."""

    user = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="feed_tokens", verbose_name="personne"
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField("créée le")
    revoked_at = models.DateTimeField("révoquée le", null=True, blank=True)
    read_at = models.DateTimeField("lue le", null=True, blank=True)

    class Meta:
        verbose_name = "adresse d'agenda"
        verbose_name_plural = "adresses d'agenda"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(revoked_at=None), name="feed_token_one_alive"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.created_at:%d/%m/%Y}"
