"""What deadlines are about, where they stand, what happened to them."""

from django.db import models


class Domain(models.TextChoices):
    """What a kind of deadline is about: how people sort their day."""

    STAY = "STAY", "Contrats et séjours"
    INSURANCE = "INSURANCE", "Assurances"
    PERMIT = "PERMIT", "Titres de séjour"
    HOUSING = "HOUSING", "Relogement"
    RIGHTS = "RIGHTS", "Droits"
    AID = "AID", "CAF et aides"
    MONEY = "MONEY", "Encaissements"
    BUILDING = "BUILDING", "Bâtiments"
    DATA = "DATA", "Données personnelles"
    TASK = "TASK", "Tâches"


class Subject(models.TextChoices):
    """Which row a deadline is about; tables of higher layers are named, never pointed to."""

    PERSON = "person", "personne"
    CONTRACT = "contract", "contrat"
    HOME = "home", "colocation"
    SITE = "site", "site"
    AGREEMENT = "agreement", "convention"
    TERRITORY = "territory", "territoire"
    ASSOCIATION = "association", "association"
    TASK = "task", "tâche"


class DeadlineState(models.TextChoices):
    """Where a deadline stands. Put off is no state: it is a day before which nobody is asked."""

    OPEN = "OPEN", "à faire"
    DONE = "DONE", "faite"
    CLOSED = "CLOSED", "sans suite"


class Outcome(models.TextChoices):
    """How a deadline ended: nothing is closed without saying it (RULEBOOK 6)."""

    DONE = "DONE", "fait"
    OTHERWISE = "OTHERWISE", "réglé autrement"
    NEEDLESS = "NEEDLESS", "n'a plus d'objet"
    IMPOSSIBLE = "IMPOSSIBLE", "n'a pas pu être fait"
    SETTLED = "SETTLED", "réglé à la source"
    SUSPENDED = "SUSPENDED", "règle suspendue par la direction"


# What a person may say; the others are the engine's.
SAID_BY_PEOPLE = (Outcome.DONE, Outcome.OTHERWISE, Outcome.NEEDLESS, Outcome.IMPOSSIBLE)


class DeadlineAct(models.TextChoices):
    """What happened to a deadline."""

    OPENED = "OPENED", "ouverte"
    MOVED = "MOVED", "déplacée"
    SNOOZED = "SNOOZED", "reportée"
    AWAKENED = "AWAKENED", "report levé"
    HANDED = "HANDED", "confiée"
    COMMENTED = "COMMENTED", "commentée"
    EDITED = "EDITED", "corrigée"
    DONE = "DONE", "faite"
    CLOSED = "CLOSED", "close par sa source"
    REOPENED = "REOPENED", "rouverte"
    UNDONE = "UNDONE", "acte annulé"


class Frequency(models.TextChoices):
    """How often a task comes back."""

    ONCE = "", "une seule fois"
    DAILY = "DAILY", "chaque jour ouvré"
    WEEKLY = "WEEKLY", "chaque semaine"
    MONTHLY = "MONTHLY", "chaque mois"
    YEARLY = "YEARLY", "chaque année"


class ReminderCause(models.TextChoices):
    """Why somebody is reminded."""

    LEAD = "LEAD", "à l'approche"
    LATE = "LATE", "en retard"
    RELAY = "RELAY", "relais"


class Digest(models.TextChoices):
    """When the daily e-mail is wanted; what is urgent is told in any case."""

    DAILY = "DAILY", "Chaque jour ouvré"
    WHEN_DUE = "WHEN_DUE", "Les jours où quelque chose est à rappeler"
    NONE = "NONE", "Jamais (sauf urgence)"


class AppointmentKind(models.TextChoices):
    """What an appointment is; said in calendars that leave the house, so that none tells a fact."""

    VISIT = "VISIT", "Visite"
    MEETING = "MEETING", "Entretien"
    INVENTORY = "INVENTORY", "État des lieux"
    KEYS = "KEYS", "Remise de clés"
    OFFICE = "OFFICE", "Démarche"
    TEAM = "TEAM", "Réunion"
    OTHER = "OTHER", "Autre"
