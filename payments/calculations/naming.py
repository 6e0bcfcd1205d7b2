"""Names as banks write them: without accents, cut short, in any order, one letter off. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

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
COMMON_SHARE = 0.5
"""What a word of every transfer is worth as a name, when the payer's own name does not bear it."""
INITIAL_SHARE = 0.4
"""What the initial of a first name is worth of it."""
_VOWELS = frozenset("aeiouy")
_TWINS = str.maketrans({"w": "v", "q": "k", "c": "k", "j": "g", "z": "s"})


@dataclass(frozen=True)
class Household:
    """The name of a person who may pay."""

    last: str
    first: str


def words_of(text: str) -> list[str]:
    """Return the words of a text: letters and digits, without accents or case."""
    return list(_words(text))


@lru_cache(maxsize=16384)
def _words(text: str) -> tuple[str, ...]:
    return tuple(sort_key(text).split())


def deletions(word: str) -> Iterable[str]:
    """Yield the word and what is left of it with one letter less: one mistake apart, they meet."""
    yield word
    if len(word) >= 5:
        for index in range(len(word)):
            yield word[:index] + word[index + 1 :]


def skeleton(word: str) -> str:
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
            if word in self.exact:
                continue
            self.exact[word].add(word)
            for key in deletions(word):
                self.near[key].add(word)
            if len(skeleton(word)) >= 3:
                self.sound[skeleton(word)].add(word)

    def scores(self, payer: str, texts: Sequence[str]) -> dict[str, int]:
        """Return, for each contract that the words may name, how surely they do: 0 to 100."""
        key = (payer, tuple(texts))
        if key not in self._known:
            self._known.clear()
            self._known[key] = self._scores(payer, texts)
        return self._known[key]

    def _scores(self, payer: str, texts: Sequence[str]) -> dict[str, int]:
        said, told = words_of(payer), words_of(" ".join(texts))
        line = _Line(initials=_initials(said))
        for word in [*said, *told]:
            is_common = word in COMMON
            if is_common and word not in self.exact:
                continue
            share = COMMON_SHARE if is_common and word not in said else 1.0
            for known, weight in self._meant(word):
                line.hear(known, weight * share)
        found: dict[str, int] = {}
        for known in line.weights:
            for contract, last, first in self.people[known]:
                found[contract] = max(found.get(contract, 0), _score(last, first, line))
        return found

    def meant(self, words: Iterable[str]) -> set[str]:
        """Return the known words that those of a line may stand for."""
        heard = (word for word in words if word not in COMMON or word in self.exact)
        return {known for word in heard for known, _weight in self._meant(word)}

    def _meant(self, word: str) -> Iterable[tuple[str, float]]:
        """Yield the known words that a word may stand for."""
        if word in self.exact:
            yield word, 1.0
            return
        near = set().union(*(self.near.get(key, set()) for key in deletions(word)))
        for known in near:
            if abs(len(known) - len(word)) <= 1:
                yield known, 0.9
        if near:
            return
        sound = skeleton(word)
        for known in self.sound.get(sound, ()) if len(sound) >= 3 else ():
            yield known, 0.75


@dataclass
class _Line:
    """The known words that a line bears: how surely, and those it bears twice."""

    initials: frozenset[str]
    weights: dict[str, float] = field(default_factory=dict)
    twice: set[str] = field(default_factory=set)

    def hear(self, known: str, weight: float) -> None:
        """Take a word in."""
        if known in self.weights:
            self.twice.add(known)
        self.weights[known] = max(self.weights.get(known, 0.0), weight)


def _initials(payer: Sequence[str]) -> frozenset[str]:
    """Return the letters that stand alone in a payer's name: a leading M is for Monsieur."""
    return frozenset(
        word for index, word in enumerate(payer) if len(word) == 1 and (word != "m" or index)
    )


def _score(last: frozenset[str], first: frozenset[str], line: _Line) -> int:
    """Weigh a person's words found: the last name counts for more, and both for most.

    Of who bears one name only, that name is the whole. A word said once is one name of who bears
    it twice, and an initial is a little of a first name.
    """
    if not last or not first:
        return round(100 * _share(last or first, line.weights))
    last_part = _share(last, line.weights)
    weights = {word: line.weights.get(word, 0.0) for word in first}
    weights |= dict.fromkeys(first & last - line.twice, 0.0)
    first_part = _share(first, weights)
    if last_part and not first_part and line.initials & {word[0] for word in first}:
        first_part = INITIAL_SHARE
    return round(60 * last_part + 40 * first_part)


def _share(words: frozenset[str], weights: Mapping[str, float]) -> float:
    """Return how much of a name was found: its long words count for more than its particles."""
    lengths = {word: max(len(word) - 1, 1) for word in words}
    total = sum(lengths.values())
    if not total:
        return 0.0
    return sum(weights.get(word, 0.0) * length for word, length in lengths.items()) / total
