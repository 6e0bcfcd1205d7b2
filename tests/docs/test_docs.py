"""What the documentation says of the code is true, and its links lead somewhere."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from tests.docs.contract_life import PAGE, page_with, table

ROOT = Path(settings.BASE_DIR)
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_life_of_a_contract_is_drawn_from_the_code():
    text = PAGE.read_text(encoding="utf-8")
    assert text == page_with(text, table())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files(page):
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=str)
def test_a_decision_is_short(page):
    assert len(page.read_text(encoding="utf-8").split()) <= 400


def test_every_image_is_used_and_light():
    used = set(re.findall(r"docs/images/([\w-]+\.png)", (ROOT / "README.md").read_text("utf-8")))
    kept = {image.name: image for image in (ROOT / "docs" / "images").glob("*.png")}
    assert used == set(kept)
    assert [name for name, image in kept.items() if image.stat().st_size > 250_000] == []


def test_commands_documented_exist():
    from django.core.management import get_commands  # noqa: PLC0415

    rows = re.findall(r"^\| `(\w+)[ `]", (ROOT / "docs/operations.md").read_text("utf-8"), re.M)
    assert rows
    assert [name for name in rows if name not in get_commands()] == []
