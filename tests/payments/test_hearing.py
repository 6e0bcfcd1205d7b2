"""An index made for one line hears its words as the index of all names would."""

from hypothesis import given
from hypothesis import strategies as st

from payments.calculations.hearing import index_for
from payments.calculations.naming import Household, NameIndex, words_of

NAMES = ("Diallo", "Dialo", "Mohamed", "Muhammad", "N'Diaye", "Ben Ali", "De Souza", "Le Goff")
names = st.sampled_from(NAMES) | st.text("abdehilmno '", min_size=1, max_size=9)
people = st.lists(st.builds(Household, names, names), min_size=1, max_size=12)
said = st.lists(names | st.sampled_from(("VIR", "LOYER", "M", "A", "DIALLO")), max_size=5)


@given(people, said, said)
def test_a_narrow_index_scores_as_the_whole_one(households, payer, texts):
    """Equal words, one letter off, transcribed otherwise, particles and initials."""
    whole = NameIndex()
    for number, household in enumerate(households):
        whole.add(f"C{number}", household)
    vocabulary = {
        word for one in households for word in (*words_of(one.last), *words_of(one.first))
    }
    narrow = index_for([*payer, *texts], vocabulary)
    words = words_of(" ".join((*payer, *texts)))
    meant = narrow.meant(words)
    for number, household in enumerate(households):
        if meant & {*words_of(household.last), *words_of(household.first)}:
            narrow.add(f"C{number}", household)
    name = " ".join(payer)
    assert narrow.scores(name, texts) == whole.scores(name, texts)
    assert set(narrow.exact) == set(whole.exact)
