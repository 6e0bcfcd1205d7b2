"""What each paper says, read on its HTML."""

import html as escaping
import re
from datetime import date

import pytest

from caracol.documents import freezing, sheets
from tests.documents import samples

NBSP, NNBSP = "\u00a0", "\u202f"
PAPERS = {
    "due_notice.html": samples.due_notice,
    "quittance.html": samples.quittance,
    "partial_receipt.html": samples.partial_receipt,
    "cancellation.html": samples.cancellation,
    "statement.html": samples.statement,
    "takeover_attestation.html": samples.takeover_attestation,
}
DOCUMENT = {
    "number": "X-2026-00012",
    "kind_label": "Papier",
    "issued_on": "2026-11-25",
    "fingerprint": "0123456789abcdef" * 4,
}


def written(template, paper):
    return sheets.write_html(template, {"document": DOCUMENT, "paper": freezing.freeze(paper)})


def said(template, paper):
    """The text of a paper, no-break spaces as spaces."""
    body = re.sub(r"</?span[^>]*>", "", written(template, paper).partition("<body>")[2])
    text = re.sub(r"<[^>]+>", " ", body)
    return " ".join(escaping.unescape(text).replace(NBSP, " ").replace(NNBSP, " ").split())


@pytest.mark.parametrize("template", PAPERS)
def test_every_paper_says_who_to_whom_for_what_and_its_number(template):
    text = said(template, PAPERS[template]())
    for words in (
        "Association Exemple d’Habitat Intercalaire",
        "SIRET 123 456 782 00010",
        "n° X-2026-00012",
        "empreinte 0123 4567 89AB CDEF",
        "25 novembre 2026",
        "chambre",
    ):
        assert words in text


@pytest.mark.parametrize("template", PAPERS)
def test_no_line_breaks_before_a_high_mark_or_a_euro(template):
    body = escaping.unescape(written(template, PAPERS[template]()).partition("<body>")[2])
    text = re.sub(r"<[^>]+>", "", body)
    assert re.findall(r".{12} [:;!?»€%].{3}", text) == []
    assert "'" not in text
    assert "None" not in text


def test_the_due_notice_asks_and_is_no_quittance():
    text = said("due_notice.html", samples.due_notice())
    assert "À régler au plus tard le 5 novembre 2026 62,63 €" in text
    assert "Redevance (charges comprises) mois entier 200,00 €" in text
    assert "Aide au logement versée par la CAF au gestionnaire attendue −137,37 €" in text
    assert "il ne vaut pas quittance" in text
    assert "À part : au 25 octobre 2026, il reste 125,26 € à régler pour d’autres mois" in text
    assert "FR76 4255 9100 0008 0123 4567 862" in text
    assert "Référence C2603" in text


def test_the_due_notice_announces_a_direct_debit():
    text = said("due_notice.html", samples.debit_notice())
    assert "285,00 € seront prélevés le 5 décembre 2026" in text
    assert "Mandat (RUM) CARACOL-C2641 · créancier (ICS) FR72ZZZ123456" in text
    assert "préavis de prélèvement SEPA" in text
    assert "Loyer 390,00 € × 19/30 jours 247,00 € Charges 60,00 € × 19/30 jours 38,00 €" in text
    assert "votre compte présente une avance de 40,00 €" in text
    assert "Comment régler" not in text


def test_nothing_to_pay_asks_for_nothing():
    paper = samples.due_notice(
        already_paid=samples.D("62.63"), net_due=samples.D("0.00"), previous_balance=samples.D("0")
    )
    text = said("due_notice.html", paper)
    assert "Rien à régler pour ce mois 0,00 €" in text
    assert "Déjà réglé avance sur ce mois −62,63 €" in text
    assert "Comment régler" not in text
    assert "À part" not in text


def test_the_quittance_settles_and_shows_the_aid_apart():
    text = said("quittance.html", samples.quittance())
    assert "reconnaît avoir reçu la somme de 200,00 €" in text
    assert "et en donne quittance à Mme Aïssata Diallo, sous réserve d’encaissement" in text
    assert "Aide au logement versée par la CAF au gestionnaire 25 novembre 2026 137,37 €" in text
    assert "Payé par vous, virement 4 novembre 2026 42,63 €" in text
    assert "Payé par vous, espèces 18 novembre 2026 20,00 €" in text
    assert "Claire Exemple, directrice GLA" in text


def test_the_quittance_of_a_couple_names_both():
    text = said("quittance.html", samples.lease_quittance())
    assert "quittance à M. ʿAbd al-Raḥmān Ṣāliḥ Woldemariam-Gebremedhin et à Mme Oleksandra" in text
    assert "il reste 1 310,40 € à régler pour d’autres mois" in text


def test_the_receipt_says_what_it_pays_and_what_is_left():
    text = said("partial_receipt.html", samples.partial_receipt())
    assert "40,00 €, somme imputée sur le mois de novembre 2026" in text
    assert "Il reste 160,00 € dus pour ce mois, dont 137,37 € attendus de la CAF" in text
    assert "il ne vaut pas quittance" in text


def test_the_cancellation_names_what_it_cancels_and_why():
    text = said("cancellation.html", samples.cancellation())
    assert "Le document Q-2026-00012 (quittance de novembre 2026), émis le 25 novembre 2026" in text
    assert "a été rejeté par votre banque" in text
    assert "À nouveau dû au plus tard le 20 décembre 2026 62,63 €" in text


def test_the_statement_runs_from_balance_to_balance():
    text = said("statement.html", samples.statement(4))
    assert "01/01/2025 Solde au début de la période 187,50" in text
    assert "Prélèvement rejeté par la banque provision insuffisante (AM04)" in text
    assert "Reste à régler au 28 avril 2025 250,13 €" in text


def test_the_attestation_describes_and_settles_nothing():
    text = said("takeover_attestation.html", samples.takeover_attestation())
    assert "occupent le logement désigné ci-dessus depuis le 6 octobre 2025" in text
    assert "Reste à régler 362,50 €" in text
    assert "Elle ne vaut pas quittance" in text


def test_the_first_of_a_month_is_written_as_french_does():
    text = said("quittance.html", samples.lease_quittance())
    assert "Mois réglé en entier le 1er décembre 2026" in text
    assert "du 12 au 30 novembre 2026" in text


def test_names_are_text_never_markup():
    recipient = samples.content.Recipient(
        names=('<img src="http://127.0.0.1/x"> & <script>',), lines=("<b>",), postcode="", city=""
    )
    page = written("quittance.html", samples.quittance(recipient=recipient))
    assert "<img" not in page
    assert "<script" not in page
    assert "&lt;img" in page


def test_a_missing_value_is_never_printed_as_a_blank():
    frozen = freezing.freeze(samples.quittance())
    del frozen["total"]
    with pytest.raises(sheets.MissingValue):
        sheets.write_html("quittance.html", {"document": DOCUMENT, "paper": frozen})


def test_the_version_of_a_template_covers_what_it_includes(tmp_path, monkeypatch):
    folder = tmp_path / "pdf"
    folder.mkdir()
    for path in sheets.folder().iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(sheets, "folder", lambda: folder)

    def version(template="quittance.html"):
        sheets.template_version.cache_clear()
        return sheets.template_version(template)

    before, other = version(), version("cancellation.html")
    (folder / "_received.html").write_text("changed")
    assert version() != before
    assert version("cancellation.html") == other
    (folder / "paper.css").write_text("p { margin: 0 }")
    assert version("cancellation.html") != other
    sheets.template_version.cache_clear()


def test_months_take_their_preposition():
    text = said("quittance.html", samples.quittance(month="2026-04"))
    assert "au titre d’avril 2026" in text
    assert date(2026, 4, 1).month == 4
