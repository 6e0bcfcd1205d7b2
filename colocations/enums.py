"""Kinds of agreements, voids and causes."""

from django.db import models


class LegalBasis(models.TextChoices):
    """What the association holds the building by (RULEBOOK 1.1)."""

    ELAN_29 = "ELAN_29", "Convention article 29 loi ELAN"
    COMMODAT = "COMMODAT", "Prêt à usage (commodat)"
    HEAD_LEASE = "HEAD_LEASE", "Bail principal"
    MANDATE = "MANDATE", "Mandat de gestion"


# What a list has room for.
SHORT_BASES: dict[str, str] = {
    LegalBasis.ELAN_29: "ELAN, art. 29",
    LegalBasis.COMMODAT: "Commodat",
    LegalBasis.HEAD_LEASE: "Bail principal",
    LegalBasis.MANDATE: "Mandat",
}


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


class OwnerKind(models.TextChoices):
    """The quality of an owner, asked by the yearly report to the préfet (RULEBOOK 9.3)."""

    PUBLIC = "PUBLIC", "collectivité ou établissement public"
    SOCIAL_LANDLORD = "SOCIAL", "bailleur social"
    COMPANY = "COMPANY", "société"
    ASSOCIATION = "ASSOC", "association ou fondation"
    PERSON = "PERSON", "particulier"


class EndedBy(models.TextChoices):
    """Who ends an agreement before its term."""

    OWNER = "OWNER", "le propriétaire"
    ASSOCIATION = "ASSOCIATION", "l'association"
    BOTH = "BOTH", "d'un commun accord"


class ObligationKind(models.TextChoices):
    """What the association owes to an owner (FEATURES row 9)."""

    WORKS = "WORKS", "travaux"
    INSURANCE = "INSURANCE", "attestation d'assurance"
    REPORT = "REPORT", "compte rendu d'occupation"
    HAND_BACK = "HAND_BACK", "restitution du bâtiment"
    DIAGNOSTIC = "DIAGNOSTIC", "diagnostic"
    OTHER = "OTHER", "autre"


class DiagnosticKind(models.TextChoices):
    """Documents on the state of a building (RULEBOOK 1.1, 1.5)."""

    ELECTRICITY = "ELECTRICITY", "état de l'installation électrique"
    GAS = "GAS", "état de l'installation de gaz"
    ASBESTOS = "ASBESTOS", "état amiante"
    LEAD = "LEAD", "constat de risque d'exposition au plomb"
    DPE = "DPE", "performance énergétique (DPE)"
    RISKS = "RISKS", "état des risques"
    FIRE = "FIRE", "sécurité incendie"
    OTHER = "OTHER", "autre"


class CredentialKind(models.TextChoices):
    """What the association itself must hold to do its work (RULEBOOK 1.1, 1.4)."""

    APPROVAL_29 = "APPROVAL_29", "agrément article 29 ELAN"
    APPROVAL_IML = "APPROVAL_IML", "agrément intermédiation locative"
    LIABILITY = "LIABILITY", "assurance responsabilité civile"
    BUILDING = "BUILDING", "assurance d'un bâtiment"
    OTHER = "OTHER", "autre habilitation"


INSURANCES = frozenset({CredentialKind.LIABILITY, CredentialKind.BUILDING})


class EquipmentKind(models.TextChoices):
    """What furnishes a room or a common part."""

    FURNITURE = "FURNITURE", "mobilier"
    BEDDING = "BEDDING", "literie"
    APPLIANCE = "APPLIANCE", "électroménager"
    KITCHEN = "KITCHEN", "cuisine et vaisselle"
    SAFETY = "SAFETY", "sécurité"
    OTHER = "OTHER", "autre"


class EquipmentState(models.TextChoices):
    """How a piece of equipment is."""

    NEW = "NEW", "neuf"
    GOOD = "GOOD", "bon état"
    WORN = "WORN", "usé"
    BROKEN = "BROKEN", "hors d'usage"


class KeyAct(models.TextChoices):
    """What happens to a set of keys."""

    GIVEN = "GIVEN", "remis"
    RETURNED = "RETURNED", "rendu"
    LOST = "LOST", "perdu"
    FOUND = "FOUND", "retrouvé"


class HolderKind(models.TextChoices):
    """Who holds a set of keys."""

    RESIDENT = "RESIDENT", "résident·e"
    STAFF = "STAFF", "équipe"
    OTHER = "OTHER", "autre (propriétaire, entreprise, voisin…)"


# A cause that explains an empty room and yields to whoever comes; the others keep it empty.
YIELDING = frozenset({VoidCause.TO_LET, VoidCause.RESERVED, VoidCause.CLOSING})
# What the technical team may write by itself.
TECHNICAL_CAUSES = frozenset({VoidCause.WORKS, VoidCause.UNFIT})
