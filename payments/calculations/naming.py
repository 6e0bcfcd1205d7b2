"""Names as banks write them: without accents, cut short, in any order, one letter off. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from caracol.core.text import sort_key

# What a line says beside names.
COMMON = frozenset(
    (
        *(
            "m",
            "mr",
            "mme",
            "mlle",
            "monsieur",
            "madame",
            "ou",
            "et",
            "de",
            "du",
            "des",
            "la",
            "le",
        ),
        *("les", "pour", "virement", "vir", "sepa", "recu", "permanent", "instantane", "inst"),
        *("loyer", "loyers", "redevance", "rent", "aide", "chambre", "ch", "chb", "colocation"),
        *("caracol", "paiement", "reglement", "mensuel", "motif", "ref", "reference", "caf"),
        *("notprovided", "janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout"),
        *("septembre", "octobre", "novembre", "decembre", "jan", "fev", "avr", "juil", "sept"),
        *("oct", "nov", "dec"),
    )
)
_VOWELS = frozenset("aeiouy")
_TWINS = str.maketrans({"w": "v", "q": "k", "c": "k", "j": "g", "z": "s"})


@dataclass(frozen=True)
class Household:
    """The name of a person who may pay."""

    last: str
    first: str


def words_of(text: str) -> list[str]:
    """Return the words of a text: letters and digits, without accents or case."""
    return sort_key(text).split()


def _deletions(word: str) -> Iterable[str]:
    """Yield the word and what is left of it with one letter less: one mistake apart, they meet."""
    yield word
    if len(word) >= 5:
        for index in range(len(word)):
            yield word[:index] + word[index + 1 :]


def _skeleton(word: str) -> str:
    """Return the consonants, doubles and twins folded: what transcriptions have in common."""
    bare = "".join(letter for letter in word.translate(_TWINS).replace("h", "") if letter.isalpha())
    kept = "".join(letter for letter in bare if letter not in _VOWELS)
    return "".join(
        letter for index, letter in enumerate(kept) if index == 0 or letter != kept[index - 1]
    )


@dataclass
class NameIndex:
    """Every household's words, found by a word equal, one letter off, or transcribed otherwise."""

    exact: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    near: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    sound: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    people: dict[str, list[tuple[str, frozenset[str], frozenset[str]]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _known: dict[tuple[str, tuple[str, ...]], dict[str, int]] = field(default_factory=dict)

    def add(self, contract: str, household: Household) -> None:
        """Index a household of a contract."""
        last, first = frozenset(words_of(household.last)), frozenset(words_of(household.first))
        person = (contract, last, first)
        for word in last | first:
            self.people[word].append(person)
            self.exact[word].add(word)
            for key in _deletions(word):
                self.near[key].add(word)
            if len(_skeleton(word)) >= 3:
                self.sound[_skeleton(word)].add(word)

    def scores(self, payer: str, texts: Sequence[str]) -> dict[str, int]:
        """Return, for each contract that the words may name, how surely they do: 0 to 100."""
        key = (payer, tuple(texts))
        if key not in self._known:
            self._known.clear()
            self._known[key] = self._scores(payer, texts)
        return self._known[key]

    def _scores(self, payer: str, texts: Sequence[str]) -> dict[str, int]:
        weights: dict[str, float] = {}
        for word in [*words_of(payer), *words_of(" ".join(texts))]:
            if word in COMMON and word not in self.exact:
                continue
            for known, weight in self._meant(word):
                weights[known] = max(weights.get(known, 0.0), weight)
        found: dict[str, int] = {}
        for known in weights:
            for contract, last, first in self.people[known]:
                score = _score(last, first, weights)
                found[contract] = max(found.get(contract, 0), score)
        return found

    def _meant(self, word: str) -> Iterable[tuple[str, float]]:
        """Yield the known words that a word may stand for."""
        if word in self.exact:
            yield word, 1.0
            return
        near = set().union(*(self.near.get(key, set()) for key in _deletions(word)))
        for known in near:
            if abs(len(known) - len(word)) <= 1:
                yield known, 0.9
        if near:
            return
        skeleton = _skeleton(word)
        for known in self.sound.get(skeleton, ()) if len(skeleton) >= 3 else ():
            yield known, 0.75


def _score(last: frozenset[str], first: frozenset[str], weights: dict[str, float]) -> int:
    """Weigh a person's words found: the last name counts for more, and both for most."""
    last_part = _share(last, weights)
    first_part = _share(first, weights)
    return round(60 * last_part + 40 * first_part)


def _share(words: frozenset[str], weights: dict[str, float]) -> float:
    """Return how much of a name was found: its long words count for more than its particles."""
    lengths = {word: max(len(word) - 1, 1) for word in words}
    total = sum(lengths.values())
    if not total:
        return 0.0
    return sum(weights.get(word, 0.0) * length for word, length in lengths.items()) / total
