"""Rules that every template of the project keeps."""

import re

import pytest
from django.conf import settings
from django.template.loader import get_template

ROOT = settings.BASE_DIR / "templates"
TEMPLATES = sorted(ROOT.rglob("*.html"))
APART = {"pdf", "emails"}  # not for a browser, or of another engine
SCREENS = [path for path in TEMPLATES if not APART & set(path.parts)]
FORBIDDEN = {
    "inline style": re.compile(r"<[^>]*\sstyle\s*=", re.DOTALL),
    "style element": re.compile(r"<style\b"),
    "event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']", re.DOTALL),
    "inline script": re.compile(r"<script\b(?![^>]*\bsrc=)"),
    "javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "other host": re.compile(r"(?:src|href|action)=[\"'](?:https?:)?//"),
    # With a thousands separator, row 1000 would have no address.
    "row number written as a figure": re.compile(r"\{\{\s*[\w.]*\b(?:pk|(?!auto_id)\w+_id)\s*\}\}"),
    "evaluated htmx": re.compile(r"\bhx-on\b|hx-vals=[\"']js:|hx-headers=[\"']js:"),
}
SAFE_ALLOWED = {"components/field.html"}  # help texts are the product's own, some hold a link


def _id(path):
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", SCREENS, ids=_id)
def test_nothing_that_the_security_policy_refuses(path):
    text = path.read_text()
    assert [name for name, pattern in FORBIDDEN.items() if pattern.search(text)] == []
    if _id(path) not in SAFE_ALLOWED:
        assert "|safe" not in text
        assert "autoescape off" not in text


@pytest.mark.parametrize("path", SCREENS, ids=_id)
def test_every_template_compiles(path):
    get_template(_id(path))


@pytest.mark.parametrize("path", sorted((ROOT / "components").glob("*.html")), ids=_id)
def test_components_say_their_parameters(path):
    first = path.read_text().splitlines()
    assert first[0] == "{% comment %}"
    assert first[1].startswith(f"{path.stem}:")


def test_screens_of_ours_never_name_a_colour():
    colours = re.compile(r"#[0-9a-f]{6}\b", re.IGNORECASE)
    painted = [_id(p) for p in SCREENS if colours.search(p.read_text())]
    assert painted == ["layouts/head.html"]  # the browser's own bar
