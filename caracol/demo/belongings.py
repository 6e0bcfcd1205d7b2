"""What hangs on the demonstration's homes: owners' contacts, what is owed them, equipment, keys."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.periods import add_months
from colocations.enums import (
    EquipmentKind,
    EquipmentState,
    HolderKind,
    KeyAct,
    LegalBasis,
    ObligationKind,
    OwnerKind,
    VoidCause,
)
from colocations.models import (
    Colocation,
    Diagnostic,
    Equipment,
    KeyMove,
    KeySet,
    Owner,
    OwnerAgreement,
    OwnerContact,
    OwnerObligation,
    Room,
    RoomVoid,
    RoomWorks,
    Site,
)
from residents.enums import LIVING
from residents.models import ContractTerms

RECORDED = history.label("colocations.belongings-recorded", "Équipement, clés, engagements repris")

_OWNERS = {
    "Ville": (OwnerKind.PUBLIC, "Nadège Coutin", "Service du patrimoine"),
    "Foncière": (OwnerKind.COMPANY, "Marc Delestre", "Gestionnaire d'actifs"),
    "Fondation": (OwnerKind.ASSOCIATION, "Sœur Anne-Claire Vernet", "Secrétaire générale"),
    "Coopérative": (OwnerKind.SOCIAL_LANDLORD, "Yasmine Belhadj", "Chargée de gestion sociale"),
}
_CAUSES = "Ouverture du chantier du propriétaire ; retrait de l'agrément ; péril constaté."
_ROOM = (
    (EquipmentKind.BEDDING, "Lit 90 × 190 et matelas", 1, "189.00"),
    (EquipmentKind.FURNITURE, "Bureau et chaise", 1, "96.50"),
    (EquipmentKind.FURNITURE, "Armoire deux portes", 1, "129.00"),
)
_COMMON = (
    ("Cuisine", EquipmentKind.APPLIANCE, "Réfrigérateur", 2, "449.00"),
    ("Cuisine", EquipmentKind.APPLIANCE, "Plaque et four", 1, "520.00"),
    ("Cuisine", EquipmentKind.KITCHEN, "Casseroles et poêles (lot)", 2, "75.00"),
    ("Salon", EquipmentKind.FURNITURE, "Canapé trois places", 1, "399.00"),
    ("Entrée", EquipmentKind.SAFETY, "Détecteur de fumée", 3, "19.90"),
    ("Buanderie", EquipmentKind.APPLIANCE, "Lave-linge", 1, "389.00"),
)
_STATES = (EquipmentState.GOOD, EquipmentState.GOOD, EquipmentState.WORN, EquipmentState.NEW)


class Belongings:
    """Writes what hangs on homes, the same on every loading of a day."""

    def __init__(self, today: date, actor: User) -> None:
        self.today, self.actor = today, actor

    def write(self) -> None:
        """Write everything."""
        with history.act(RECORDED, actor=self.actor):
            self._owners()
            self._agreements()
            self._works()
            self._equipment()
            self._keys()

    def _owners(self) -> None:
        for owner in Owner.objects.order_by("name"):
            word = owner.name.split()[0]
            if word not in _OWNERS:
                continue
            kind, name, job = _OWNERS[word]
            owner.kind = kind
            owner.email = f"contact@{word.lower().replace('è', 'e').replace('é', 'e')}.example"
            owner.phone = "0639982000"
            owner.save(update_fields=["kind", "email", "phone"])
            OwnerContact.objects.create(
                owner=owner, name=name, job=job, phone="0639982001", email=owner.email
            )

    def _agreements(self) -> None:
        rows: list[OwnerObligation] = []
        for index, agreement in enumerate(OwnerAgreement.objects.order_by("pk")):
            if agreement.legal_basis == LegalBasis.ELAN_29:
                agreement.objective_causes = _CAUSES
                agreement.approval_reference = "Arrêté préfectoral 2024-118"
                agreement.approval_ends_on = add_months(self.today, 3 + 9 * (index % 3))
                agreement.save()
            if agreement.ends_on >= self.today:
                rows += self._owed(agreement, index)
        OwnerObligation.objects.bulk_create(rows)
        Diagnostic.objects.bulk_create(
            Diagnostic(
                site=site,
                kind=kind,
                done_on=add_months(self.today, -20 - 3 * index),
                valid_until=add_months(self.today, 52 - 9 * index),
            )
            for index, site in enumerate(Site.objects.order_by("pk")[:6])
            for kind in ("ELECTRICITY", "ASBESTOS")
        )

    def _owed(self, agreement: OwnerAgreement, index: int) -> list[OwnerObligation]:
        return [
            OwnerObligation(
                agreement=agreement,
                kind=ObligationKind.INSURANCE,
                label="Attestation d'assurance du bâtiment",
                due_on=self.today + timedelta(days=25 * index - 12),
                every_months=12,
            ),
            OwnerObligation(
                agreement=agreement,
                kind=ObligationKind.HAND_BACK,
                label="Remise des clés et état des lieux",
                due_on=agreement.ends_on,
            ),
        ]

    def _works(self) -> None:
        voids = RoomVoid.objects.filter(cause=VoidCause.WORKS).order_by("-starts_on")
        RoomWorks.objects.bulk_create(
            RoomWorks(
                void=void,
                label=void.note or "Remise en état",
                contractor="Régie de quartier",
                expected_on=void.ends_on or self.today + timedelta(days=9),
                cost=Decimal(380 + 65 * (index % 7)),
                done_on=void.ends_on,
            )
            for index, void in enumerate(voids)
        )

    def _equipment(self) -> None:
        pieces: list[Equipment] = []
        for home in Colocation.objects.filter(closes_on=None).order_by("pk"):
            bought = home.opens_on
            for rank, (place, kind, label, count, value) in enumerate(_COMMON):
                pieces.append(
                    Equipment(
                        colocation=home, place=place, kind=kind, label=label, quantity=count,
                        state=_STATES[(home.pk + rank) % 4], value=Decimal(value),
                        acquired_on=bought,
                    )
                )  # fmt: skip
            for room in home.rooms.order_by("pk"):
                pieces += self._furniture(home, room, bought)
        Equipment.objects.bulk_create(pieces)

    def _furniture(self, home: Colocation, room: Room, bought: date) -> list[Equipment]:
        return [
            Equipment(
                colocation=home, room=room, kind=kind, label=label, quantity=count,
                state=_STATES[(room.pk + rank) % 4], value=Decimal(value), acquired_on=bought,
            )
            for rank, (kind, label, count, value) in enumerate(_ROOM)
        ]  # fmt: skip

    def _keys(self) -> None:
        rooms = list(
            Room.objects.filter(colocation__closes_on=None)
            .select_related("colocation__mission_officer")
            .order_by("colocation", "pk")
        )
        sets = KeySet.objects.bulk_create(
            KeySet(
                colocation=room.colocation,
                room=room,
                label=f"Chambre {room.number} · {rank}",
                opens="porte d'entrée, chambre, boîte aux lettres",
                kept_at="bureau, tableau des clés",
            )
            for room in rooms
            for rank in (1, 2)
        )
        living = self._living([room.pk for room in rooms])
        moves: list[KeyMove] = []
        for keys in sets[::2]:
            terms = living.get(keys.room_id)
            if terms is not None:
                moves.append(self._given(keys, terms.contract.starts_on, contract=terms))
        moves += self._masters()
        KeyMove.objects.bulk_create(moves)

    def _living(self, rooms: list[int]) -> dict[Any, ContractTerms]:
        terms = ContractTerms.objects.filter(
            room__in=rooms,
            binding=True,
            starts_on__lte=self.today,
            ends_on__gte=self.today,
            contract__status__in=LIVING,
        )
        return {line.room_id: line for line in terms.select_related("contract")}

    def _masters(self) -> list[KeyMove]:
        """A master set in each home, which its mission officer holds."""
        moves = []
        homes = Colocation.objects.filter(closes_on=None, mission_officer__isnull=False)
        for home in homes.select_related("mission_officer").order_by("pk"):
            keys = KeySet.objects.create(
                colocation=home, label="Passe", opens="toutes les portes", kept_at="bureau"
            )
            moves.append(self._given(keys, home.opens_on, staff=home.mission_officer))
        return moves

    def _given(
        self,
        keys: KeySet,
        on: date,
        *,
        contract: ContractTerms | None = None,
        staff: User | None = None,
    ) -> KeyMove:
        return KeyMove(
            key_set=keys,
            act=KeyAct.GIVEN,
            on=on,
            holder_kind=HolderKind.RESIDENT if contract else HolderKind.STAFF,
            contract=contract.contract.number if contract else "",
            staff=staff,
        )
