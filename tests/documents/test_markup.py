"""The small writing of the texts: nothing crashes it, and what it writes reads the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caracol.documents.filling import Fact, FactsLacking, Values, Vocabulary, fill, unknown_names
from caracol.documents.markup import Bullets, Choice, Heading, PageBreak, Paragraph, parse, write

PIECES = st.sampled_from(
    ["# ", "## ", "- ", "\n", "\n\n", " ", "**", "{{ ", "}}", "{{ a.b }}", "[[si x]]", "[[fin]]",
     "[[si pas y]]", "[[sinon]]", "[[", "]]", "[[saut de page]]", " [[clause z]]", "mot", "é", "-",
     "#", "\t", "{", "[", "\u00a0", "\u2028", "\x00", "\r\n"]
)  # fmt: skip
WORDS = Vocabulary(
    facts={
        "résident.noms": Fact(label="noms", example="Ana"),
        "contrat.causes": Fact(label="causes", example="x", where="fiche du contrat"),
        "dépôt.montant": Fact(label="dépôt", example="1 €"),
    },
    questions={"dépôt": "un dépôt est demandé"},
)


@given(st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=60))
def test_whatever_is_typed_is_read_or_told_wrong_and_written_again_the_same(source):
    """Reading never raises; what was read, written and read again is the same."""
    parsed = parse(source)
    for problem in parsed.problems:
        assert problem.line >= 1
        assert problem.column >= 1
    if not parsed.problems:
        again = parse(write(parsed.blocks))
        assert again.problems == ()
        assert again.blocks == parsed.blocks


def test_every_shape_is_read():
    """Headings and their clause, paragraphs over lines, lists, choices, page breaks."""
    source = (
        "# Titre [[clause assurance]]\nun\ndeux\n\n- a\n- b\nsuite\n\n[[si dépôt]]\nx\n[[sinon]]\n"
        "y\n[[fin]]\n[[saut de page]]\n## Fin"
    )
    kinds = [type(block) for block in parse(source).blocks]
    assert kinds == [Heading, Paragraph, Bullets, Choice, PageBreak, Heading]
    heading, paragraph, bullets, choice, *_rest = parse(source).blocks
    assert (heading.level, heading.clause) == (2, "assurance")
    assert paragraph.inside[0].text == "un deux"
    assert bullets.items[1][0].text == "b suite"
    assert (choice.condition, choice.negated, len(choice.otherwise)) == ("dépôt", False, 1)


@pytest.mark.parametrize(
    ("source", "line", "column", "word"),
    [
        ("bonjour\n  {{ x", 2, 3, "}}"),
        ("**gras", 1, 1, "gras"),
        ("a [[si x]] b", 1, 3, "[[fin]]"),
        ("[[si x]]\nb", 1, 1, "[[fin]]"),
        ("[[fin]]", 1, 1, "ne referme"),
        ("a [[sinon]] b", 1, 3, "sinon"),
        ("[[truc]]", 1, 1, "n'existe pas"),
        ("#", 1, 1, "vide"),
        ("- ", 1, 1, "vide"),
        ("{{ }}", 1, 1, "nom"),
        ("**[[si x]]a**[[fin]]", 1, 1, "gras"),
        ("[[si a]]\n" * 8 + "[[fin]]\n" * 8, 7, 1, "trop"),
        ("x" * 70_000, 1, 1, "60000"),
    ],
)
def test_what_is_wrong_is_told_by_line_and_column(source, line, column, word):
    """The first problem says where and what."""
    first = parse(source).problems[0]
    assert (first.line, first.column) == (line, column)
    assert word in first.message


def test_an_unknown_name_is_told_with_the_nearest_known_one():
    """Accents and case are forgiven, a wrong word is not."""
    blocks = parse("{{ Resident.NOMS }}\n\nvoir {{ résident.nom }} [[si caution]]a[[fin]]").blocks
    problems = unknown_names(blocks, WORDS)
    assert [(p.line, p.column) for p in problems] == [(3, 6), (3, 25)]
    assert "« résident.noms »" in problems[0].message
    assert "« [[si caution]] » n'existe pas." in problems[1].message


def filled(source, facts, **answers):
    """The words of a filled text, block by block."""
    blocks = fill(parse(source).blocks, WORDS, Values(facts, answers))
    return [
        [
            "".join(run["text"] for run in runs)
            for runs in block.get("items", [block.get("runs", [])])
        ]
        for block in blocks
    ]


def test_choices_keep_what_is_so_and_leave_no_hole():
    """The spaces around what is left out go with it; lists that meet are one."""
    source = (
        "Ici [[si dépôt]]un dépôt [[sinon]]rien [[fin]]pour {{ résident.noms }}.\n\n"
        "- a\n\n[[si dépôt.montant]]\n- {{ dépôt.montant }}\n[[fin]]\n\n- c"
    )
    without = filled(source, {"résident.noms": "Ana"}, dépôt=False)
    assert without == [["Ici rien pour Ana."], ["a", "c"]]
    both = {"résident.noms": "Ana", "dépôt.montant": "5 €"}
    assert filled(source, both, dépôt=True) == [["Ici un dépôt pour Ana."], ["a", "5 €", "c"]]


def test_a_fact_of_several_lines_alone_becomes_a_list():
    """Objective causes are typed one a line."""
    causes = {"contrat.causes": "- restitution\n\nsinistre"}
    assert filled("{{ contrat.causes }}", causes) == [["restitution", "sinistre"]]


def test_a_fact_that_nobody_wrote_is_never_a_blank():
    """All the missing facts are told at once; one under a false « si » is not missing."""
    source = "{{ résident.noms }} {{ contrat.causes }} [[si dépôt]]{{ dépôt.montant }}[[fin]]"
    with pytest.raises(FactsLacking) as lacking:
        filled(source, {}, dépôt=False)
    assert lacking.value.names == ("résident.noms", "contrat.causes")
