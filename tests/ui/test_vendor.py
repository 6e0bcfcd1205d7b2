"""Files of others, copied into the product, are those that the manifest says."""

import re

from django.conf import settings

from caracol.ui import vendor
from caracol.ui.icons import known_icons, wanted_icons

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))


def test_vendored_files_match_their_fingerprints():
    assert vendor.mismatches() == []


def test_a_changed_missing_or_added_file_is_seen(tmp_path, monkeypatch):
    (tmp_path / "kept.css").write_text("a")
    (tmp_path / "manifest.json").write_text(
        '{"packages": [{"files": {"kept.css": "0", "gone.js": "0"}}]}'
    )
    (tmp_path / "added.js").write_text("b")
    monkeypatch.setattr(vendor, "VENDOR_DIR", tmp_path)
    monkeypatch.setattr(vendor, "MANIFEST", tmp_path / "manifest.json")
    found = {(mismatch.path, mismatch.reason) for mismatch in vendor.mismatches()}
    assert found == {
        ("added.js", "not in the manifest"),
        ("gone.js", "missing"),
        ("kept.css", "changed"),
    }


def test_the_sprite_holds_the_icons_listed():
    assert known_icons() == set(wanted_icons())


def test_icons_named_in_templates_are_in_the_sprite():
    named = re.compile(r'{% icon "([a-z0-9-]+)"|\bicon="([a-z0-9-]+)"')
    used = {
        (path.name, first or second)
        for path in TEMPLATES
        for first, second in named.findall(path.read_text())
    }
    assert {(name, icon) for name, icon in used if icon not in known_icons()} == set()
