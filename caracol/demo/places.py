"""Invented homes: where they are, what the association holds them by, since when. Pure.

Months are counted from the present one: -40 began forty months ago, 8 ends in eight months.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Place:
    """A site and its one home.

    `ends` are the successive ends of the owner's agreement: the one known at first, then each
    extension, `told` months before the end it pushes back. `fees` are those of the rooms.
    """

    code: str
    name: str
    street: str
    postcode: str
    city: str
    territory: str
    owner: str
    basis: str
    kind: str
    rooms: int
    officer: str
    starts: int
    ends: tuple[int, ...]
    fees: tuple[int, ...]
    charges: int = 0
    aid: tuple[int, int] = (0, 0)
    aid_share: float = 0.0
    closes: int | None = None
    told: int = 3

    @property
    def takes_deposit(self) -> bool:
        """Whether its contracts ask for a deposit: a month of fee."""
        return self.kind == "SUBLET_SOCIAL"


_CRT: dict[str, Any] = {"basis": "ELAN_29", "kind": "CRT"}
_COP: dict[str, Any] = {
    "kind": "COP",
    "fees": (230, 245, 260, 290),
    "charges": 30,
    "aid": (95, 160),
    "aid_share": 0.4,
}
_SUBLET: dict[str, Any] = {
    "basis": "HEAD_LEASE",
    "kind": "SUBLET_SOCIAL",
    "fees": (345, 365, 390, 410),
    "charges": 60,
    "aid": (170, 262),
    "aid_share": 0.85,
}
_CITY = "Ville de Bellerive (domaine privé)"
_FUND = "Foncière des Trois Ponts"
_CARE = "Fondation Marguerite-Aubrac"
_BAIL = "Coopérative Toits Communs"

PLACES = (
    Place(
        *("TIL", "Les Tilleuls", "18 rue des Lavandières", "93170", "Bellerive-le-Parc", "IDF"),
        owner=_FUND,
        rooms=10,
        officer="mission",
        starts=-40,
        ends=(-5, 7),
        fees=(150, 165, 180, 195),
        **_CRT,
    ),
    Place(
        *("LIL", "La Maison du Fil", "7 rue des Peignerons", "59000", "Lille", "HDF"),
        owner=_BAIL,
        rooms=10,
        officer="mission.lille",
        starts=-52,
        ends=(32,),
        **_SUBLET,
    ),
    Place(
        *("VER", "La Verrerie", "5 impasse du Verre-Soufflé", "93240", "Saint-Aubin-sur-Ourcq"),
        territory="IDF",
        owner=_FUND,
        rooms=12,
        officer="mission",
        starts=-62,
        ends=(-15, -3, 9),
        fees=(75, 150, 160, 175),
        **_CRT,
    ),
    Place(
        *("MOU", "Le Moulin Neuf", "41 quai du Bief", "94310", "Montfleury-sur-Marne", "IDF"),
        owner=_CITY,
        rooms=9,
        officer="mission.sud",
        starts=-31,
        ends=(4,),
        fees=(160, 175, 190),
        **_CRT,
    ),
    Place(
        *("GAR", "La Petite Gare", "2 place de l'Ancienne-Halte", "94420", "Les Ormeaux", "IDF"),
        owner=_CITY,
        basis="COMMODAT",
        rooms=8,
        officer="mission.sud",
        starts=-50,
        ends=(14,),
        **_COP,
    ),
    Place(
        *("LAV", "Le Lavoir", "29 rue de la Source", "92380", "Clairval", "IDF"),
        owner=_BAIL,
        rooms=7,
        officer="mission.ouest",
        starts=-70,
        ends=(50,),
        **_SUBLET,
    ),
    Place(
        *("HAL", "Les Halles Grises", "63 rue du Marché-aux-Toiles", "75013", "Paris", "IDF"),
        owner=_FUND,
        rooms=11,
        officer="mission.sud",
        starts=-27,
        ends=(8,),
        fees=(180, 190, 200),
        **_CRT,
    ),
    Place(
        *("POR", "Le Porche", "11 passage des Cordiers", "75020", "Paris", "IDF"),
        owner=_CARE,
        basis="COMMODAT",
        rooms=8,
        officer="mission.ouest",
        starts=-36,
        ends=(3,),
        **_COP,
    ),
    Place(
        *("VIG", "Les Vignes", "8 chemin des Vendangeurs", "95450", "Hautecombe", "IDF"),
        owner=_BAIL,
        rooms=9,
        officer="mission.ouest",
        starts=-48,
        ends=(24,),
        **_SUBLET,
    ),
    Place(
        *("CAN", "Le Canal", "90 quai des Péniches", "93240", "Saint-Aubin-sur-Ourcq", "IDF"),
        owner=_FUND,
        rooms=12,
        officer="mission",
        starts=-22,
        ends=(13,),
        fees=(150, 170, 185),
        **_CRT,
    ),
    Place(
        *("ATE", "Les Ateliers", "17 rue de l'Établi", "77290", "Pontcerise", "IDF"),
        owner=_CARE,
        basis="MANDATE",
        rooms=7,
        officer="mission.sud",
        starts=-44,
        ends=(20,),
        **_COP,
    ),
    Place(
        *("CED", "Le Cèdre", "3 allée du Grand-Cèdre", "91350", "Rochebelle", "IDF"),
        owner=_BAIL,
        rooms=8,
        officer="mission.ouest",
        starts=-58,
        ends=(38,),
        **_SUBLET,
    ),
    Place(
        *("OBS", "L'Observatoire", "52 avenue des Équinoxes", "78430", "Valmoré", "IDF"),
        owner=_CITY,
        rooms=9,
        officer="mission.ouest",
        starts=-33,
        ends=(2, 14),
        told=4,
        fees=(165, 180, 195),
        **_CRT,
    ),
    Place(
        *("BRI", "La Briqueterie", "26 rue du Four", "92380", "Clairval", "IDF"),
        owner=_FUND,
        rooms=8,
        officer="mission.sud",
        starts=-10,
        ends=(25,),
        fees=(170, 185, 200),
        **_CRT,
    ),
    Place(
        *("REM", "Le Rempart", "14 rue du Vieux-Fossé", "94420", "Les Ormeaux", "IDF"),
        owner=_CITY,
        rooms=8,
        officer="mission.sud",
        starts=-45,
        ends=(-10,),
        fees=(150, 165, 180),
        closes=-10,
        **_CRT,
    ),
)
GROUNDS = (
    "Immeuble promis à la démolition par le propriétaire",
    "Immeuble en attente de réhabilitation, permis de construire déposé",
    "Bâtiment public désaffecté dans l'attente de sa cession",
)
EXITS = (
    "Relogement dans le parc social",
    "Relogement dans le parc social",
    "Relogement dans le parc social",
    "Logement du parc privé",
    "Emploi dans une autre région",
    "Rapprochement familial",
    "Pension de famille",
)
VOIDS = (
    ("WORKS", "Peinture et sol"),
    ("WORKS", "Remplacement de la fenêtre"),
    ("WORKS", "Recherche de fuite"),
    ("TO_LET", "Attente d'une orientation"),
    ("TO_LET", "Attente d'une orientation"),
    ("RESERVED", "Orientation en cours"),
    ("UNFIT", "Dégât des eaux, expertise en cours"),
    ("OTHER", "Bureau de la vie de la maison"),
)
INSURERS = ("Mutuelle du Quai", "Assurances Grand Large", "La Prévoyante des Toits", "Hexassur")
