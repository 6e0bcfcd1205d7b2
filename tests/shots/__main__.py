"""The screenshots of the documentation: `./dev shots`, or `--url` for a demonstration that runs.

The demonstration is loaded in a folder of its own, served without a worker, and visited by each
role through the sign-in page.
"""

import argparse
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import django
from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
HEAVIEST = 250_000


@dataclass
class Shot:
    """A picture: who looks, at what address, on which screen."""

    name: str
    code: str
    path: str
    viewport: dict = field(default_factory=lambda: DESK)
    scheme: str = "light"
    keys: str = ""
    typed: str = ""


def main():
    """Load, serve, visit, keep."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", default="", help="a demonstration that runs already")
    parser.add_argument("--only", default="", help="part of the names of the pictures wanted")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caracol.settings.dev")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    django.setup()
    IMAGES.mkdir(parents=True, exist_ok=True)
    with serving(options.url) as url:
        if options.only in "quittance":
            keep_quittance()
        visit(url, [shot for shot in shots() if options.only in shot.name])
    return 0


def shots():
    """Return the pictures wanted, on the homes and people of this day's demonstration."""
    from django.urls import reverse

    from caracol.core import clock
    from caracol.core.periods import Month
    from colocations.models import Colocation
    from residents.enums import ContractStatus
    from residents.models import Contract

    home = reverse("colocations:home-detail", args=[Colocation.objects.get(code="TIL").pk])
    month = Month.of(clock.today())
    contract = (
        Contract.objects.filter(
            territory__code="IDF",
            status=ContractStatus.IN_FORCE,
            terms__expected_aid__gt=0,
            accounts__kind="RECEIVABLE",
            accounts__balance__lte=0,
        )
        .order_by("starts_on", "pk")
        .first()
    )
    holder = contract.holders.get(is_main=True).person_id
    person = reverse("residents:person-detail", args=[holder])
    account = reverse("payments:account-detail", args=[contract.number])
    return [
        Shot("connexion", "", "/"),
        Shot("aujourdhui", "gla", "/"),
        Shot("aujourdhui-sombre", "gla", "/", scheme="dark"),
        Shot("mois-precedent", "gla", reverse("payments:month-detail", args=[month.previous()])),
        Shot("compte", "gla", account),
        Shot("occupation", "gla", reverse("colocations:occupancy")),
        Shot("contrats", "gla", reverse("residents:contract-list")),
        Shot("contrat", "gla", reverse("residents:contract-detail", args=[contract.pk])),
        Shot("impayes", "gla", reverse("payments:arrears-list")),
        Shot("maison", "gla", home),
        Shot("personne", "social", person),
        Shot("recherche", "gla", "/", keys="Control+k", typed="tilleuls"),
        Shot("telephone-mission", "mission", "/", viewport=PHONE),
        Shot("telephone-maison", "mission", home, viewport=PHONE),
        Shot("telephone-compte-sombre", "gla", account, viewport=PHONE, scheme="dark"),
    ]


@contextlib.contextmanager
def serving(url):
    """Give the address of the demonstration, started when there is none."""
    if url:
        yield url
        return
    manage = [sys.executable, str(ROOT / "manage.py")]
    subprocess.run([*manage, "demo_load", "--leave-papers"], check=True)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "caracol.wsgi", "--bind", f"127.0.0.1:{port}"),
            *("--threads", "4", "--log-level", "warning"),
        ],
        cwd=ROOT,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def wait_for(address, server):
    """Wait until the site answers."""
    for _ in range(600):
        if server.poll() is not None:
            raise SystemExit("The site did not start.")
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        time.sleep(0.1)
    raise SystemExit("The site does not answer.")


def visit(url, wanted):
    """Sign in once per role and screen, and take the pictures."""
    from tests.helpers.browsers import ARGUMENTS, find_chromium

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        states = {}
        for shot in wanted:
            context = browser.new_context(
                base_url=url,
                locale="fr-FR",
                timezone_id="Europe/Paris",
                reduced_motion="reduce",
                viewport=shot.viewport,
                color_scheme=shot.scheme,
                storage_state=states.get(shot.code),
            )
            context.set_default_timeout(60_000)
            page = context.new_page()
            if shot.code and shot.code not in states:
                sign_in(page, shot.code)
                states[shot.code] = context.storage_state()
            take(page, shot)
            context.close()
        browser.close()


def sign_in(page, code):
    """Sign in as a person would."""
    from caracol.demo.logins import DOMAIN, PASSWORD

    page.goto("/")
    page.locator("input[name=login]").fill(f"{code}@{DOMAIN}")
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url("**/")


def take(page, shot):
    """Take a picture of a page at rest."""
    answer = page.goto(shot.path, wait_until="networkidle")
    if not answer or not answer.ok:
        raise SystemExit(f"{shot.name}: {shot.path} answers {answer and answer.status}")
    if shot.keys:
        page.keyboard.press(shot.keys)
        page.keyboard.type(shot.typed, delay=40)
        page.wait_for_timeout(1500)
    page.evaluate("document.fonts.ready")
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw.png"
        page.screenshot(path=raw)
        keep(raw, shot.name)


def keep_quittance():
    """Keep the first page of a quittance as a picture."""
    from caracol.documents.models import Document
    from caracol.documents.services.rendering import render_document

    aided = Document.objects.filter(
        kind="QUITTANCE",
        term_paper__cancelled_by=None,
        term_paper__term__expected_aid__gt=0,
    )
    document = aided.order_by("-issued_on", "pk").first()
    if document is None or not shutil.which("pdftoppm"):
        print("quittance: nothing to draw it with, the picture is left as it was")
        return
    with tempfile.TemporaryDirectory() as folder, render_document(document).file.open("rb") as pdf:
        source = Path(folder) / "quittance.pdf"
        source.write_bytes(pdf.read())
        command = ["pdftoppm", "-png", "-r", "100", "-singlefile", str(source)]
        subprocess.run([*command, str(Path(folder) / "page")], check=True)
        keep(Path(folder) / "page.png", "quittance")


def keep(source, name):
    """Keep a picture in few colours, light enough for a page of documentation."""
    target = IMAGES / f"{name}.png"
    with Image.open(source) as picture:
        for colours in (256, 128, 64, 32):
            picture.convert("RGB").quantize(colours, dither=Image.Dither.NONE).save(
                target, optimize=True
            )
            if target.stat().st_size < HEAVIEST:
                break
    print(f"{target.relative_to(ROOT)}  {target.stat().st_size // 1024} KB")


if __name__ == "__main__":
    sys.exit(main())
