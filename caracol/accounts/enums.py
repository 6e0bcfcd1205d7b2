"""The roles of DESIGN section 1."""

from django.db import models


class Role(models.TextChoices):
    """What a membership lets a person do."""

    DIRECTOR = "DIRECTOR", "Direction GLA"
    GLA_MANAGER = "GLA_MANAGER", "Responsable GLA"
    GLA_ASSISTANT = "GLA_ASSISTANT", "Alternant·e GLA"
    MISSION_OFFICER = "MISSION_OFFICER", "Chargé·e de mission"
    SOCIAL_WORKER = "SOCIAL_WORKER", "Pôle social"
    SOCIAL_DIRECTOR = "SOCIAL_DIRECTOR", "Direction sociale"
    TECHNICAL = "TECHNICAL", "Pôle technique"
    ACCOUNTANT = "ACCOUNTANT", "Comptabilité"


# Roles that see every territory whatever their membership says.
NETWORK_WIDE = frozenset({Role.DIRECTOR, Role.SOCIAL_DIRECTOR})
