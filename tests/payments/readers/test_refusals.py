"""What is spoiled, disguised or no statement at all: a refusal in words, never a trace."""

import contextlib
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payments.readers.camt import read_camt
from payments.readers.detection import READERS, format_of
from payments.readers.shapes import FileRefused, Remark
from payments.readers.sheet import LayoutUnknown, Mapping, read_csv

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "bank"
FILES = sorted(
    path
    for path in SAMPLES.glob("*/*")
    if path.parent.name != "pain002" and path.stat().st_size < 12_000
)
CAMT = (
    '<?xml version="1.0"?><Document><BkToCstmrStmt><Stmt><Id>1</Id>{}</Stmt></BkToCstmrStmt>'
    "</Document>"
)


def refused(data):
    """Detect and read bytes; return the refusal's words."""
    with pytest.raises(FileRefused) as refusal:
        stream = io.BytesIO(data)
        list(READERS[format_of(stream)](stream))
    return str(refusal.value)


def zipped():
    """A workbook's first bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "vide"),
        (b" \r\n ", "vide"),
        (zipped(), "classeur"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "mot de passe"),
        (b"%PDF-1.7", "PDF"),
        (bytes(range(256)), "pas un texte"),
        (b"Bonjour", "aucun format connu"),
        (b"<html><body>Session ferm\xc3\xa9e</body></html>", "ni un camt.053"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "DOCTYPE"),
        (b"<Document><CstmrPmtStsRpt/></Document>", "pain.002"),
        (b"Date;Nom;Ville\n01/01/2026;a;b\n", "colonnes"),
        (b"JournalCode\tJournalLib\tEcritureNum\nVE\tVentes\t1\n", "FEC"),
        (b"caf;numero allocataire;montant net\n93;1234567A;250,00\n", "CAF"),
    ],
)
def test_what_is_no_statement_is_named(data, words):
    """The refusal says what the file is and what to do."""
    assert words in refused(data)


def test_a_truncated_camt_says_where_it_breaks():
    """Line and column, and what to do."""
    whole = CAMT.format('<Ntry><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry>')
    words = refused(whole[:-30].encode())
    assert "ligne 1, colonne" in words
    assert "à nouveau" in words


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("<Ntry><CdtDbtInd>CRDT</CdtDbtInd></Ntry>", "de montant lisible"),
        ("<Ntry><Amt>-260.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry>", "sans signe"),
        (
            "<Ntry><Amt>1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2026-02-30</Dt></BookgDt>"
            "</Ntry>",
            "de jour qui existe",
        ),
        ("<Ntry><Amt>NaN</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry>", "de montant lisible"),
        ("<Ntry><Amt>1.00</Amt></Ntry>", "de sens"),
    ],
)
def test_an_entry_without_amount_or_sign_refuses_the_file(entry, words):
    """Half an import would lie."""
    assert words in refused(CAMT.format(entry).encode())


def test_an_entity_declared_late_is_refused_too():
    """The doctype stands beyond what detection looks at."""
    data = b'<?xml version="1.0"?>' + b" " * 70_000 + b"<!DOCTYPE a><Document><BkToCstmrStmt>"
    stream = io.BytesIO(data + b"<Stmt><Id>1</Id></Stmt></BkToCstmrStmt></Document>")
    with pytest.raises(FileRefused, match="DOCTYPE"):
        list(read_camt(stream))


def test_spoiled_letters_are_said_and_the_amounts_kept():
    """Another program has replaced letters: the names may be wrong, the money is not."""
    data = "Date;Libellé;Montant\n05/03/2026;Caf\N{REPLACEMENT CHARACTER};12,50\n".encode()
    events = list(read_csv(io.BytesIO(data)))
    assert [event.place for event in events if isinstance(event, Remark)] == ["ligne 2"]


def test_an_unknown_layout_is_mapped_once_by_a_person():
    """The refusal shows the rows; the mapping reads them."""
    data = b"Jour;Quoi;Combien\n05/03/2026;VIREMENT;-12,50\n"
    with pytest.raises(LayoutUnknown) as refusal:
        list(read_csv(io.BytesIO(data)))
    assert refusal.value.rows[1] == ["05/03/2026", "VIREMENT", "-12,50"]
    mapping = Mapping({"booked": 0, "label": 1, "amount": 2})
    events = list(read_csv(io.BytesIO(data), mapping))
    assert [str(getattr(event, "amount", "")) for event in events] == ["", "-12.50", ""]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_spoiled_file_ever_breaks_a_reader(data):
    """Bytes changed, cut, doubled: it reads, or it refuses."""
    body = bytearray(data.draw(st.sampled_from(FILES)).read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, max(len(body) - 1, 0)))
        piece = data.draw(st.binary(max_size=6))
        body[place : place + data.draw(st.integers(0, 40))] = piece
    stream = io.BytesIO(bytes(body))
    with contextlib.suppress(FileRefused):
        list(READERS[format_of(stream)](stream))
