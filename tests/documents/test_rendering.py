"""The sheets themselves: tagged, closed, the same every time."""

import os
import re
import subprocess
import sys
from io import BytesIO

import pikepdf
import pytest
from django.conf import settings
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from caracol.documents import freezing, rendering, sheets
from tests.documents import samples
from tests.documents.test_sheets import DOCUMENT, PAPERS

ONE_PAGE = [
    ("due_notice.html", samples.due_notice),
    ("due_notice.html", samples.debit_notice),
    ("quittance.html", samples.quittance),
    ("quittance.html", samples.lease_quittance),
    ("partial_receipt.html", samples.partial_receipt),
    ("cancellation.html", samples.cancellation),
    ("takeover_attestation.html", samples.takeover_attestation),
]


def context(paper):
    return {"document": DOCUMENT, "paper": freezing.freeze(paper)}


def rendered(template, paper):
    return rendering.render(template, context(paper), identifier="test")


def streams(content):
    """The drawing of each page, without the names of the fonts."""
    with pikepdf.open(BytesIO(content)) as pdf:
        drawings = [page.Contents.read_bytes() for page in pdf.pages]
    return [re.sub(rb"/[A-Z]{6}\S*", b"/font", drawing) for drawing in drawings]


@pytest.mark.parametrize("template", PAPERS)
def test_every_paper_is_tagged_named_and_in_french(template):
    with pikepdf.open(BytesIO(rendered(template, PAPERS[template]()))) as pdf:
        assert bool(pdf.Root.MarkInfo.Marked)
        assert str(pdf.Root.Lang) == "fr"
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        assert "X-2026-00012" in str(pdf.docinfo["/Title"])
        with pdf.open_metadata() as about:
            assert about["pdfuaid:part"] == "1"
            assert "X-2026-00012" in about["dc:title"]
        kinds = {str(each.S) for each in structure(pdf.Root.StructTreeRoot)}
        assert {"/Document", "/H1", "/P", "/Table", "/TH", "/TD"} <= kinds
        assert "/Figure" not in kinds
        assert not {"/JavaScript", "/OpenAction", "/AA"} & set(pdf.Root.keys())
        assert all(font_is_embedded(page) for page in pdf.pages)


def structure(node):
    children = node.get("/K")
    if isinstance(children, pikepdf.Array):
        for child in children:
            if isinstance(child, pikepdf.Dictionary) and "/S" in child:
                yield child
                yield from structure(child)


def font_is_embedded(page):
    fonts = page.obj.Resources.Font
    found = [fonts[name] for name in fonts]
    return found and all(
        "/FontFile2" in font.DescendantFonts[0].FontDescriptor
        or "/FontFile3" in font.DescendantFonts[0].FontDescriptor
        for font in found
    )


@pytest.mark.parametrize(("template", "build"), ONE_PAGE)
def test_ordinary_papers_hold_on_one_page(template, build):
    with pikepdf.open(BytesIO(rendered(template, build()))) as pdf:
        assert len(pdf.pages) == 1


def test_a_long_statement_goes_on_and_repeats_its_headings():
    with pikepdf.open(BytesIO(rendered("statement.html", samples.statement()))) as pdf:
        assert len(pdf.pages) >= 2


def test_only_the_shipped_fonts_are_used():
    with pikepdf.open(BytesIO(rendered("quittance.html", samples.lease_quittance()))) as pdf:
        fonts = pdf.pages[0].obj.Resources.Font
        names = {str(fonts[name].BaseFont) for name in fonts}
    assert all("Paper" in name for name in names), names


def test_the_same_data_give_the_same_bytes_in_another_process(tmp_path):
    here = rendered("quittance.html", samples.quittance())
    assert rendered("quittance.html", samples.quittance()) == here
    script = (
        "import django; django.setup()\n"
        "import sys\n"
        "from tests.documents import samples\n"
        "from tests.documents.test_rendering import rendered\n"
        "rendered('statement.html', samples.statement(3))\n"
        "sys.stdout.buffer.write(rendered('quittance.html', samples.quittance()))\n"
    )
    there = subprocess.run(
        [sys.executable, "-c", script],
        cwd=settings.BASE_DIR,
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        check=True,
    )
    assert there.stdout == here


@pytest.mark.parametrize("template", ["quittance.html", "statement.html"])
def test_the_press_draws_what_the_renderer_draws_on_its_own(template):
    """Our reading of HTML and our style of elements change nothing that is seen."""
    page = sheets.write_html(template, context(PAPERS[template]()))
    fonts, fetcher = FontConfiguration(), rendering.ClosedFetcher()
    style = CSS(string=sheets.read("paper.css"), font_config=fonts, url_fetcher=fetcher)
    naive = HTML(string=page, base_url="caracol:", url_fetcher=fetcher).write_pdf(
        font_config=fonts, stylesheets=[style], pdf_variant="pdf/ua-1"
    )
    assert streams(rendered(template, PAPERS[template]())) == streams(naive)


HOSTILE = [
    "http://127.0.0.1:9/x.png",
    "https://example.org/x.png",
    "file:///etc/passwd",
    "ftp://127.0.0.1/x",
    "caracol:../rendering.py",
    "caracol:settings.py",
    "data:text/html,<p>x</p>",
    "data:image/svg+xml;base64,PHN2Zy8+",
    "//127.0.0.1/x.png",
    "/etc/passwd",
    "x.png",
]
CARRIERS = [
    '<img src="{url}" alt="x"/>',
    '<link rel="stylesheet" href="{url}"/>',
    '<link rel="attachment" href="{url}"/>',
    '<p style="background: url({url})">x</p>',
    '<object data="{url}">x</object>',
    '<style>@import url("{url}");</style>',
    '<style>@font-face {{ font-family: x; src: url("{url}") }} p {{ font-family: x }}</style>',
]


@pytest.mark.parametrize("url", HOSTILE)
@pytest.mark.parametrize("carrier", CARRIERS[:1] + CARRIERS[2:3])
def test_nothing_outside_the_closed_map_is_ever_fetched(url, carrier):
    page = f'<html lang="fr"><head><title>x</title></head><body>{carrier}<p>x</p></body></html>'
    page = page.replace("{url}", url.replace("<", "&lt;"))
    with pytest.raises(rendering.RenderingRefused):
        rendering.renderer().pdf(page, identifier="x")


@pytest.mark.parametrize("carrier", CARRIERS)
def test_no_element_can_fetch(carrier, monkeypatch):
    page = f'<html lang="fr"><head><title>x</title></head><body>{carrier}<p>x</p></body></html>'
    try:
        content = rendering.renderer().pdf(
            page.replace("{url}", "file:///etc/passwd").replace("{{", "{").replace("}}", "}"),
            identifier="x",
        )
    except rendering.RenderingRefused:
        return
    assert b"root:" not in content
    with pikepdf.open(BytesIO(content)) as pdf:
        assert not pdf.attachments


def test_a_logo_is_data_of_a_picture_and_nothing_else():
    pixel = (
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhg"
        "GAWjR9awAAAABJRU5ErkJggg=="
    )
    values = {**samples.ISSUER.__dict__, "logo": pixel}
    issuer = samples.content.Issuer(**values)
    with pikepdf.open(BytesIO(rendered("quittance.html", samples.quittance(issuer=issuer)))) as pdf:
        figures = [e for e in structure(pdf.Root.StructTreeRoot) if str(e.S) == "/Figure"]
        assert [str(each.Alt) for each in figures] == [samples.ISSUER.name]
    hostile = samples.content.Issuer(**{**values, "logo": "http://127.0.0.1:9/logo.png"})
    with pytest.raises(rendering.RenderingRefused):
        rendered("quittance.html", samples.quittance(issuer=hostile))
