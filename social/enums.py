"""Rights of people that have a clock (RULEBOOK 6)."""

from django.db import models


class RightKind(models.TextChoices):
    """What a person asks for, renews or must tell."""

    C2S = "C2S", "complémentaire santé solidaire (C2S)"
    RSA = "RSA", "RSA ou prime d'activité"
    LICENCE = "LICENCE", "échange du permis de conduire"
    VISALE = "VISALE", "visa Visale"
    INTEGRATION = "INTEGRATION", "contrat d'intégration ou réunification familiale"
    DALO = "DALO", "recours DALO"
    DAHO = "DAHO", "recours DAHO"


class Decision(models.TextChoices):
    """What a commission decided."""

    FAVOURABLE = "FAVOURABLE", "favorable"
    UNFAVOURABLE = "UNFAVOURABLE", "défavorable"


class RightOutcome(models.TextChoices):
    """How the follow-up of a right ended."""

    OBTAINED = "OBTAINED", "obtenu"
    REFUSED = "REFUSED", "refusé"
    ENDED = "ENDED", "droit terminé"
    ABANDONED = "ABANDONED", "abandonné par la personne"
    MISTAKE = "MISTAKE", "saisi par erreur"


# What each kind is dated by: when it was filed or recognised, when it ends or is next due.
BY_FILING = frozenset({RightKind.LICENCE, RightKind.DALO, RightKind.DAHO})
BY_COMMISSION = frozenset({RightKind.DALO, RightKind.DAHO})
FILED_WORDS: dict[str, str] = {
    RightKind.LICENCE: "Attestation de protection du",
    RightKind.DALO: "Recours enregistré le",
    RightKind.DAHO: "Recours enregistré le",
}
DUE_WORDS: dict[str, str] = {
    RightKind.C2S: "Fin du droit",
    RightKind.RSA: "Prochaine déclaration",
    RightKind.VISALE: "Fin du visa",
    RightKind.INTEGRATION: "À faire avant le",
}
