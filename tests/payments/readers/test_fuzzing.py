"""Every reader on spoiled files: it reads, or it refuses in words, in a bounded time.

Samples are cut, their bits flipped, their letters encoded otherwise, their tags swapped, their
figures made huge, entities put in. Only `FileRefused` may come out: never another error.
"""

import io
import re
import time
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caracol.accounts.services import system_user
from payments.calculations.days import days_around
from payments.models import BankAccount, BankFile, BankLine
from payments.readers.caf import read_caf
from payments.readers.detection import READERS, format_of
from payments.readers.shapes import FileRefused
from payments.readers.status import read_status
from payments.services.bank_rows import MOST, Rows, pieces_of
from payments.services.banking import import_bank

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "bank"
LIMIT = 12_000
BANK = sorted(
    path
    for path in SAMPLES.glob("*/*")
    if path.parent.name not in {"pain002", "caf"} and path.stat().st_size < LIMIT
)
CAF = sorted((SAMPLES / "caf").iterdir())
STATUS = sorted((SAMPLES / "pain002").iterdir())
SECONDS = 3
FIGURES = (b"9" * 400, b"1E+999999", b"-1E-99999", b"NaN", b"Infinity", b"\xb2", b"0" * 500, b"1_0")
DAYS = (b"0000-00-00", b"99999999", b"2026-02-30", b"310226")
BOMB = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def cut(body, draw):
    """Stop anywhere."""
    return body[: draw(st.integers(0, len(body)))]


def flipped(body, draw):
    """Change some bits."""
    spoiled = bytearray(body)
    for place in draw(st.lists(st.integers(0, max(len(body) - 1, 0)), max_size=8)):
        if spoiled:
            spoiled[place] ^= 1 << draw(st.integers(0, 7))
    return bytes(spoiled)


def encoded(body, draw):
    """Read it in one encoding and write it in another."""
    text = body.decode(draw(st.sampled_from(("utf-8", "cp1252", "latin-1"))), errors="replace")
    return text.encode(
        draw(st.sampled_from(("utf-16", "utf-16-be", "cp1252", "utf-7", "utf-8-sig", "cp037"))),
        errors="replace",
    )


def swapped(body, draw):
    """Exchange two tags, two separators or two headings."""
    words = sorted(set(re.findall(rb"[A-Za-z]{2,}", body)))
    if len(words) < 2:
        return body
    one, other = draw(st.sampled_from(words)), draw(st.sampled_from(words))
    return body.replace(one, b"\x01").replace(other, one).replace(b"\x01", other)


def huge(body, draw):
    """Put a figure that nobody has, or a day that is none, in the place of one."""
    numbers = list(re.finditer(rb"\d[\d.,]*", body))
    if not numbers:
        return body
    found = draw(st.sampled_from(numbers))
    return body[: found.start()] + draw(st.sampled_from(FIGURES + DAYS)) + body[found.end() :]


def bombed(body, draw):
    """Declare entities, and call them in a text and in an attribute."""
    declared = re.sub(rb"(\?>|^)", rb"\1" + BOMB, body, count=1)
    called = draw(st.sampled_from((b">&b;", b' x="&b;">')))
    return declared.replace(b">", called, draw(st.integers(1, 40)))


def holed(body, draw):
    """Put what no text has, anywhere: zeros, a lone quote, a long word, deep tags."""
    place = draw(st.integers(0, len(body)))
    pieces = (
        b"\x00" * 3,
        b'"',
        b"x" * 200_000,
        b"<a>" * 300,
        b"\xff\xfe",
        b"\r",
        b"\x1a",
        b";" * 99,
    )
    return body[:place] + draw(st.sampled_from(pieces)) + body[place:]


def doubled(body, draw):
    """Write a part of it twice."""
    start = draw(st.integers(0, len(body)))
    stop = draw(st.integers(start, len(body)))
    return body[:stop] + body[start:stop] + body[stop:]


SPOILS = (cut, flipped, encoded, swapped, huge, bombed, holed, doubled)


def spoiled(data, paths):
    """One sample, spoiled in one to three ways."""
    body = data.draw(st.sampled_from(paths)).read_bytes()
    for spoil in data.draw(st.lists(st.sampled_from(SPOILS), min_size=1, max_size=3)):
        body = spoil(body, data.draw)
    return body


def refused_in_words(read, body):
    """Read; what is refused is so in French, with what to do, and soon."""
    begun = time.process_time()
    found, words = None, "Rien à redire, tout est lu."
    try:
        found = read(io.BytesIO(body))
    except FileRefused as refusal:
        words = refusal.message
    assert len(words) > 15
    assert words[0].isupper() or words.startswith("écriture")
    assert time.process_time() - begun < SECONDS
    return found


def rows_of(stream):
    """Detect, read and prepare what would be written."""
    own = [BankAccount(pk=1, number="FR7699999000010001234567809", label="Compte")]
    pieces = pieces_of(
        READERS[format_of(stream)](stream), own, days_around(date(2026, 11, 24), None, None)
    )
    return [row for piece in pieces if isinstance(piece, Rows) for row in piece.rows]


fuzzed = settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@fuzzed
@given(data=st.data())
def test_a_spoiled_bank_file_is_read_or_refused(data):
    """What is read of it may be written: amounts that an account holds, texts without zeros."""
    for row in refused_in_words(rows_of, spoiled(data, BANK)) or ():
        assert -MOST <= row.amount <= MOST
        assert "\x00" not in "".join((row.text, row.payer, row.bank_ref, row.end_to_end_id))


@fuzzed
@given(data=st.data())
def test_a_spoiled_statement_of_the_caf_is_read_or_refused(data):
    refused_in_words(read_caf, spoiled(data, CAF))


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize("known", [b"612,00", b"245,00"])
def test_a_figure_that_nobody_has_is_refused_in_words(figure, known):
    """Too long even to be rounded."""
    body = (SAMPLES / "caf" / "syn_caf_bordereau_2026-10.csv").read_bytes()
    if known in body:
        refused_in_words(read_caf, body.replace(known, figure, 1))


@fuzzed
@given(data=st.data())
def test_a_spoiled_report_of_the_bank_is_read_or_refused(data):
    refused_in_words(read_status, spoiled(data, STATUS))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_spoiled_file_is_imported_whole_or_not_at_all(data, db, private_files):
    """Nothing but a refusal in words comes from the database either."""
    body = spoiled(data, BANK)
    before = kept = BankFile.objects.count(), BankLine.objects.count()
    try:
        import_bank(stream=io.BytesIO(body), name="releve", actor=system_user())
    except FileRefused:
        kept = BankFile.objects.count(), BankLine.objects.count()
    assert kept == before


@pytest.fixture
def private_files(settings, tmp_path):
    """Files of imports in a folder of the test."""
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    default = storage | {"OPTIONS": {"location": str(tmp_path), "base_url": None}}
    settings.STORAGES = settings.STORAGES | {"default": default}


def test_a_workbook_that_swells_is_refused():
    """Some kilobytes that would make gigabytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 300_000_000)
    refused_in_words(read_caf, stream.getvalue())


@pytest.mark.parametrize("entries", [40_000])
def test_a_long_file_is_read_in_a_time_that_follows_its_length(entries):
    """The place of each entry is counted on, not counted again from the beginning."""
    ofx = "<OFX><STMTRS><CURDEF>EUR\n" + "".join(
        f"<STMTTRN>\n<TRNAMT>{n}.00\n<DTPOSTED>20261105\n<NAME>A{n}\n</STMTTRN>\n"
        for n in range(1, entries)
    )
    mt940 = ":20:1\n:25:FR76\n:60F:C261101EUR1,00\n" + "".join(
        f":61:2611051105C{n},00NTRFREF{n}\n:86:loyer {n}\n" for n in range(1, entries)
    )
    for body, last in ((ofx, "ligne 199992"), (mt940, "ligne 80000")):
        begun = time.process_time()
        stream = io.BytesIO(body.encode())
        events = list(READERS[format_of(stream)](stream))
        assert time.process_time() - begun < 8
        assert events[-2].place == last
