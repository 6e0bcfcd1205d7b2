"""What the demonstration's team must not forget: rights, approvals, tasks, what was put off."""

from datetime import date, timedelta

from caracol.accounts.enums import Role
from caracol.accounts.models import Territory, User
from caracol.core.periods import add_months
from caracol.deadlines.enums import Frequency, Outcome
from caracol.deadlines.models import Deadline
from caracol.deadlines.services.acting import comment, hand_over, mark_done, snooze
from caracol.deadlines.services.refreshing import refresh
from caracol.deadlines.services.standins import arrange
from caracol.deadlines.services.tasks import TaskWords, check_item, create_task
from colocations.enums import CredentialKind
from colocations.services.credentials import add_credential
from residents.enums import LIVING
from residents.models import ContractHolder
from social.enums import RightKind
from social.services import add_right

_DAY = timedelta(days=1)
RIGHTS_OF = 5  # residents between two who have a right followed


class Duties:
    """Writes them as of a day, then lets the engine find what is due."""

    def __init__(self, today: date, team: dict[str, User]) -> None:
        self.today, self.team = today, team

    def write(self) -> None:
        """Follow rights, hold approvals, refresh, then do what a team does with its list."""
        self._rights()
        self._credentials()
        refresh(on=self.today)
        self._tasks()
        self._acts()
        self._absence()

    def _rights(self) -> None:
        """Follow a right of some residents, each kind in turn, with days near the present."""
        holders = ContractHolder.objects.filter(contract__status__in=LIVING, is_main=True)
        people = [row.person for row in holders.select_related("person").order_by("pk")]
        kinds = list(RightKind)
        for turn, person in enumerate(people[::RIGHTS_OF]):
            kind, shift = kinds[turn % len(kinds)], 9 * (turn % 11)
            days: dict[str, date] = {"due_on": self.today + timedelta(days=4 + shift)}
            if kind in {RightKind.DALO, RightKind.DAHO}:
                days = {"filed_on": add_months(self.today, -2) - timedelta(days=shift // 2)}
            elif kind == RightKind.LICENCE:
                days = {"filed_on": add_months(self.today, -11) + timedelta(days=shift)}
            add_right(person=person, kind=kind, actor=self.team["social"], **days)

    def _credentials(self) -> None:
        for kind, label, reference, days in (
            (CredentialKind.APPROVAL_29, "préfecture d'Île-de-France", "2020-117", 82),
            (CredentialKind.APPROVAL_IML, "préfecture du Nord", "IML-2023-117", 410),
            (CredentialKind.LIABILITY, "Mutuelle des Bâtisseurs", "RC 88-2041", 37),
        ):
            add_credential(
                actor=self.team["direction"],
                kind=kind,
                label=label,
                reference=reference,
                territory=None,
                site=None,
                starts_on=add_months(self.today, -34),
                expires_on=self.today + timedelta(days=days),
            )

    def _tasks(self) -> None:
        today, idf = self.today, Territory.objects.get(code="IDF")
        gla = self.team["gla"]
        weekly = create_task(
            words=TaskWords(
                title="Préparer la réunion du lundi",
                due_on=today + timedelta(days=7 - today.weekday()),
                frequency=Frequency.WEEKLY,
                role=Role.GLA_MANAGER,
                territory=idf,
                items=["Impayés de plus de deux mois", "Sorties du mois", "Chambres libres"],
            ),
            actor=gla,
            on=today,
        )
        check_item(item=weekly.items.all()[0], is_done=True, actor=gla, on=today)
        for title, days, who in (
            ("Rappeler la mairie pour les badges de la cave", 0, "gla"),
            ("Relire le modèle d'avenant avec la directrice", 6, "gla"),
            ("Commander des boîtes à clés", 3, "technique"),
        ):
            words = TaskWords(title=title, due_on=today + timedelta(days=days), is_private=True)
            create_task(words=words, actor=self.team[who], on=today)
        create_task(
            words=TaskWords(
                title="Classer les attestations d'assurance reçues par courriel",
                due_on=today,
                assignee=self.team["alternance"],
                territory=idf,
                note="Elles sont dans la boîte partagée, dossier « à classer ».",
            ),
            actor=gla,
            on=today,
        )

    def _acts(self) -> None:
        """Put off, hand over, comment, close a few of what is in sight."""
        gla, today = self.team["gla"], self.today
        seen = Deadline.objects.visible_to(gla).open()
        insured = list(seen.filter(kind="residents.insurance-end").order_by("due_on", "pk")[:3])
        if len(insured) == 3:
            first, second, third = insured
            snooze(
                deadline=first,
                until=today + timedelta(days=6),
                reason="l'assureur renvoie l'attestation cette semaine",
                actor=gla,
                on=today,
            )
            hand_over(deadline=second, to=self.team["alternance"], actor=gla)
            comment(deadline=third, text="Appelé ce matin : attestation promise.", actor=gla)
        told = seen.filter(kind="payments.caf-departure").order_by("due_on", "pk").first()
        if told is not None:
            mark_done(
                deadline=told,
                outcome=Outcome.OTHERWISE,
                note="signalé sur l'espace partenaire",
                actor=gla,
                on=today,
            )

    def _absence(self) -> None:
        arrange(
            absent=self.team["gla.lille"],
            stand_in=self.team["direction"],
            starts_on=self.today + 5 * _DAY,
            ends_on=self.today + 12 * _DAY,
            note="congés",
            actor=self.team["direction"],
        )
