"""What a contract of a type must say, or it is worth nothing (RULEBOOK 1.2 to 1.4)."""

from collections.abc import Mapping

from residents.calculations.type_rule import TypeRule
from residents.calculations.verdicts import Verdict, refused

# The field of the contract, the capability that asks for it, and what is missing without it.
REQUIRED = (
    (
        "purpose",
        "needs_purpose",
        "La finalité de l'occupation doit être écrite.",
    ),
    (
        "objective_causes",
        "needs_objective_causes",
        "Les causes objectives de résiliation doivent être écrites : sans elles l'association ne "
        "pourra pas mettre fin au contrat.",
    ),
    (
        "precarity_ground",
        "needs_precarity_ground",
        "Le motif de précarité doit être écrit : objectif, indépendant des parties, et réel à la "
        "signature. Sans lui, le juge y voit un bail.",
    ),
    (
        "term_event",
        "needs_term_event",
        "L'événement qui met fin au contrat doit être écrit ; la date de fin est sa date au plus "
        "tard.",
    ),
    (
        "approval_reference",
        "needs_approval_reference",
        "L'agrément ou la convention qui permet de sous-louer doit être cité.",
    ),
)


def required_fields(rule: TypeRule) -> tuple[str, ...]:
    """Return the fields that a contract of the type must fill."""
    return tuple(name for name, capability, _why in REQUIRED if getattr(rule, capability))


def check_facts(rule: TypeRule, facts: Mapping[str, str]) -> list[Verdict]:
    """Refuse a contract that leaves out what its type must say."""
    return [
        refused(f"missing-{name}", why, rule.source, name)
        for name, capability, why in REQUIRED
        if getattr(rule, capability) and not facts.get(name, "").strip()
    ]
