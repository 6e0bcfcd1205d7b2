"""Invented people: names that go together, and the facts each file holds. Pure."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from caracol.core.text import plain


@dataclass(frozen=True)
class Origin:
    """Where somebody comes from: nationality, language, weight among residents, names."""

    nationality: str
    language: str
    weight: int
    women: str
    men: str
    families: str


# French residents share the homes with people who enjoy a protection.
FRANCE = Origin(
    *("France", "fr", 34),
    "Manon Léa Camille Élodie Jeanne Clémence Noémie Audrey Perrine Salomé Justine Agathe Zoé",
    "Hugo Thibault Adrien Gaspard Lucas Rémi Basile Théo Quentin Maxime Corentin Jules Simon",
    "Aubertin Besnardeau Chauvelot Delorie Estienvre Fournival Guérinot Hamelinet Jacquinel "
    "Lemoinet Maréchaux Noirtin Perrochel Quesnault Rivoallin Sauvestre Tavernay Vauclair Zellman",
)
ORIGINS = (
    Origin(
        *("Afghanistan", "fa", 14),
        "Shirin Zahra Fereshta Laleh Nasrin Parwana",
        "Farid Najib Rahim Sohrab Jawad Hamed Naweed Omid",
        "Rahimzai Sharifzada Noorani Wardaki Azimpour Yousofi Barakzad Haidarwal",
    ),
    Origin(
        *("Soudan", "ar", 9),
        "Amna Huda Salwa Rihab",
        "Mubarak Adam Bakri Elsadig Yasir Khalid",
        "Abdelrazig Eltahir Osmanali Idrissan Hamadnil Abusalih",
    ),
    Origin(
        *("Érythrée", "ti", 9),
        "Selam Feven Rahel Mihret Winta",
        "Filmon Yonas Tesfay Robel Mehari",
        "Tesfahiwet Gebrezgi Woldeab Haileab Kidanemar Ghirmatsion",
    ),
    Origin(
        *("Somalie", "so", 7),
        "Hodan Fartun Sahra Ifrah",
        "Abdirahim Liban Guled Mahad",
        "Warsameh Jamaleh Farahdin Abdinoor Hersiman",
    ),
    Origin(
        *("Syrie", "ar", 7),
        "Rima Lina Nour Hala",
        "Anas Firas Kinan Majd",
        "Alkhateb Darwichan Sabbaghi Nassourian Haddadine",
    ),
    Origin(
        *("Guinée", "fr", 8),
        "Mariama Fatoumata Kadiatou Hawa",
        "Ibrahima Mamadou Alseny Thierno",
        "Bangourah Soumalah Kourouman Baldehi Camarault",
    ),
    Origin(
        *("République démocratique du Congo", "fr", 7),
        "Grâce Divine Plamedie Naomie",
        "Glody Exaucé Dieumerci Trésor",
        "Mbuyamba Kalonjila Tshiswaka Lukusana Ngandumba",
    ),
    Origin(
        *("Ukraine", "uk", 7),
        "Olena Iryna Oksana Kateryna Daryna",
        "Andriy Taras Maksym Bohdan",
        "Kovalenchuk Melnychuk Shevtsiv Bondarchenko Lysychenko",
    ),
    Origin(
        *("Côte d'Ivoire", "fr", 5),
        "Aminata Adjoua Affoué",
        "Koffi Lassina Yao",
        "Kouamélan Traorélan Yapogui Ouattaré",
    ),
    Origin(
        *("Turquie", "tr", 5),
        "Berfin Rojda Zilan",
        "Baran Serhat Welat",
        "Aydınoğlu Demirbaşlı Karakoçlu Yıldızer",
    ),
    Origin(
        *("Sri Lanka", "ta", 5),
        "Kavitha Nilani Tharsika",
        "Suren Pirakash Kajan",
        "Selvarajan Thavanesan Sivakumaran Rasalingam",
    ),
    Origin(
        *("Bangladesh", "bn", 5),
        "Nusrat Sumaiya Farzana",
        "Shakil Tanvir Rakib",
        "Chowdhurin Talukdari Mahmudul Sarkeran",
    ),
    Origin(
        *("Chine", "bo", 4),
        "Dolma Yangchen Pema",
        "Tenzin Sonam Lobsang",
        "Norbupa Dhargyel Gyaltsang",
    ),
    Origin(
        *("Venezuela", "es", 4),
        "Yuleisy Marianela Daniela",
        "Luis Jesús Andrés",
        "Montilvar Rondónez Bracamontes",
    ),
)
_PERMITS = {
    "REFUGEE": ("CARTE_RESIDENT", 120),
    "STATELESS": ("CARTE_RESIDENT", 120),
    "SUBSIDIARY": ("CARTE_PLURIANNUELLE", 48),
}


@dataclass(frozen=True)
class Individual:
    """A person as the workbook or an arrival gives them."""

    reference: str
    civility: str
    first_name: str
    last_name: str
    birth_date: date
    nationality: str
    protection: str
    language: str
    phone: str
    email: str
    consents: bool
    caf_number: str
    permit: str
    permit_expires_on: date | None
    request: str
    request_expires_on: date | None


@dataclass
class People:
    """Gives new people, never the same name twice."""

    dice: Random
    today: date
    _names: set[str] = field(default_factory=set)
    _count: int = 0

    def somebody(self) -> Individual:
        """Return a person not met before."""
        dice = self.dice
        self._count += 1
        is_french = dice.random() < 0.31
        weights = [origin.weight for origin in ORIGINS]
        origin = FRANCE if is_french else dice.choices(ORIGINS, weights)[0]
        is_woman = dice.random() < 0.44
        first_name, last_name = self._name(origin, is_woman=is_woman)
        protection = "NONE" if is_french else dice.choices(list(_PERMITS), [70, 3, 27])[0]
        permit, expires_on = self._permit(protection)
        asks = dice.random() < (0.2 if is_french else 0.62)
        return Individual(
            reference=f"R{self._count:04d}",
            civility="Mme" if is_woman else "M.",
            first_name=first_name,
            last_name=last_name,
            birth_date=self.today - timedelta(days=dice.randrange(20 * 365, 47 * 365)),
            nationality=origin.nationality,
            protection=protection,
            language=self._language(origin),
            # 06 39 98 is kept by the regulator for works of fiction.
            phone=f"063998{self._count:04d}",
            email=_address(first_name, last_name) if dice.random() < 0.9 else "",
            consents=dice.random() < 0.72,
            caf_number=f"{dice.randrange(7_000_000, 7_999_999)}" if dice.random() < 0.8 else "",
            permit=permit,
            permit_expires_on=expires_on,
            request=f"000{dice.randrange(10**14, 10**15)}" if asks else "",
            request_expires_on=self._in_days(-20, 360) if asks else None,
        )

    def _name(self, origin: Origin, *, is_woman: bool) -> tuple[str, str]:
        firsts = (origin.women if is_woman else origin.men).split()
        pairs = [
            (first, last)
            for last in origin.families.split()
            for first in firsts
            if f"{first} {last}" not in self._names
        ]
        first, last = self.dice.choice(pairs)
        self._names.add(f"{first} {last}")
        return first, last

    def _permit(self, protection: str) -> tuple[str, date | None]:
        if protection not in _PERMITS:
            return "", None
        if self.dice.random() < 0.12:
            return self.dice.choice(["RECEPISSE", "API"]), self._in_days(-15, 150)
        kind, months = _PERMITS[protection]
        return kind, self._in_days(20, months * 30)

    def _language(self, origin: Origin) -> str:
        return origin.language if self.dice.random() < 0.6 else "fr"

    def _in_days(self, first: int, last: int) -> date:
        return self.today + timedelta(days=self.dice.randrange(first, last))


def _address(first_name: str, last_name: str) -> str:
    words = (plain(first_name), plain(last_name))
    return ".".join("".join(c for c in word if c.isascii() and c.isalnum()) for word in words) + (
        "@courriel.example"
    )
