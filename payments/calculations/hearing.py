"""The names that one line may bear, among all those known, without indexing them all. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from payments.calculations.naming import NameIndex, deletions, skeleton, words_of

SHORTEST_SOUND = 3


def index_for(texts: Iterable[str], vocabulary: Collection[str]) -> NameIndex:
    """Return an index that hears the words of a line as that of all names would.

    `vocabulary`: every word of every name. Nobody is in it yet: add who bears what it `meant`.
    """
    index = NameIndex()
    index.exact.update((word, {word}) for word in vocabulary)
    by_length: dict[int, list[str]] = defaultdict(list)
    for word in vocabulary:
        by_length[len(word)].append(word)
    by_sound: dict[str, set[str]] = defaultdict(set)
    for word in dict.fromkeys(words_of(" ".join(texts))):
        if word in index.exact:
            continue
        if not _hear_near(index, word, by_length) and len(skeleton(word)) >= SHORTEST_SOUND:
            if not by_sound:
                for known in vocabulary:
                    by_sound[skeleton(known)].add(known)
            index.sound[skeleton(word)] |= by_sound.get(skeleton(word), set())
    return index


def _hear_near(index: NameIndex, word: str, by_length: dict[int, list[str]]) -> bool:
    """Index the known words that are one letter off; return whether there are any."""
    found = False
    own = set(deletions(word))
    for length in (len(word) - 1, len(word), len(word) + 1):
        for known in by_length.get(length, ()):
            if not _may_be_near(word, known):
                continue
            for key in own.intersection(deletions(known)):
                index.near[key].add(known)
                found = True
    return found


def _may_be_near(word: str, known: str) -> bool:
    """Whether two words can be one letter off: they begin or end alike, or one is shifted."""
    return (
        word[0] == known[0]
        or word[-1] == known[-1]
        or word[1:] == known[:-1]
        or word[:-1] == known[1:]
    )
