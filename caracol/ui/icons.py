"""The icon sprite: one SVG file holding only the icons the product uses."""

import re
from functools import cache
from pathlib import Path

UI_DIR = Path(__file__).resolve().parent
ICON_LIST = UI_DIR / "icons.txt"
SPRITE = UI_DIR / "static" / "ui" / "vendor" / "icons" / "sprite.svg"
_HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" fill="none" stroke="currentColor" '
    'stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">\n'
)
_BOUNDING_BOX = '<path stroke="none" d="M0 0h24v24H0z" fill="none" />'


def wanted_icons() -> list[str]:
    """Names listed in ``icons.txt``, in order."""
    return [line.strip() for line in ICON_LIST.read_text().splitlines() if line.strip()]


@cache
def known_icons() -> frozenset[str]:
    """Names that the built sprite can draw."""
    return frozenset(re.findall(r'<symbol id="([a-z0-9-]+)"', SPRITE.read_text()))


def build_sprite(source: Path) -> str:
    """Return the sprite made from an unpacked ``@tabler/icons`` package at ``source``."""
    symbols = []
    for name in wanted_icons():
        svg = (source / "icons" / "outline" / f"{name}.svg").read_text()
        body = svg.partition(">")[2].rpartition("</svg>")[0].replace(_BOUNDING_BOX, "")
        paths = " ".join(line.strip() for line in body.splitlines() if line.strip())
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{paths}</symbol>\n')
    return _HEAD + "".join(symbols) + "</svg>\n"
