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


class InvitationState(models.TextChoices):
    """Where an invitation stands; computed, never stored."""

    TO_SEND = "TO_SEND", "à envoyer"
    SENT = "SENT", "envoyée"
    EXPIRED = "EXPIRED", "lien expiré"
    ACCEPTED = "ACCEPTED", "acceptée"
    REVOKED = "REVOKED", "annulée"


class AccountAct(models.TextChoices):
    """What happened to an account, an invitation or a right."""

    INVITED = "INVITED", "invitation créée"
    INVITATION_SENT = "INVITATION_SENT", "lien d'invitation envoyé"
    INVITATION_REVOKED = "INVITATION_REVOKED", "invitation annulée"
    OPENED = "OPENED", "compte ouvert"
    RIGHT_GRANTED = "RIGHT_GRANTED", "droit donné"
    RIGHT_REMOVED = "RIGHT_REMOVED", "droit retiré"
    RENAMED = "RENAMED", "identité modifiée"
    CLOSED = "CLOSED", "compte fermé"
    REOPENED = "REOPENED", "compte rouvert"
    PASSWORD_CHANGED = "PASSWORD_CHANGED", "mot de passe changé"
    FACTOR_ADDED = "FACTOR_ADDED", "protection ajoutée"
    FACTOR_REMOVED = "FACTOR_REMOVED", "protection retirée"
    FACTORS_RESET = "FACTORS_RESET", "double authentification réinitialisée"
    SESSIONS_ENDED = "SESSIONS_ENDED", "sessions fermées"
