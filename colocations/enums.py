"""Kinds of agreements, voids and causes."""

from django.db import models


class LegalBasis(models.TextChoices):
    """What the association holds the building by (RULEBOOK 1.1)."""

    ELAN_29 = "ELAN_29", "Convention article 29 loi ELAN"
    COMMODAT = "COMMODAT", "Prêt à usage (commodat)"
    HEAD_LEASE = "HEAD_LEASE", "Bail principal"
    MANDATE = "MANDATE", "Mandat de gestion"


class DpeClass(models.TextChoices):
    """Energy classes of the diagnostic; F and G forbid raising the fee (RULEBOOK 2.4)."""

    A = "A", "A"
    B = "B", "B"
    C = "C", "C"
    D = "D", "D"
    E = "E", "E"
    F = "F", "F"
    G = "G", "G"


class VoidCause(models.TextChoices):
    """Why a room houses nobody."""

    TO_LET = "TO_LET", "à attribuer"
    WORKS = "WORKS", "travaux"
    RESERVED = "RESERVED", "réservée"
    UNFIT = "UNFIT", "inhabitable"
    CLOSING = "CLOSING", "fermeture prochaine du site"
    OTHER = "OTHER", "autre"
