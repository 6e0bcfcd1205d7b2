"""The templates of the papers: a closed folder, an engine of its own, a version that freezes.

Only the files of `templates/documents/pdf` and the shipped fonts can be part of a paper.
"""

import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template import Context, Engine

FOLDER = "documents/pdf"
FONTS = Path(__file__).parent / "fonts"
STYLESHEET = "paper.css"
ELEMENTS = "elements.css"
IMAGES = {"mark.svg": "image/svg+xml"}
_LINKED = re.compile(r"""{%\s*(?:extends|include)\s+["']([\w.-]+)["']""")


class MissingValue(Exception):
    """A template reads a value the frozen data do not hold: no blank is ever printed."""


class _Refusal(str):
    """What the engine writes for an unknown variable: nothing, it raises."""

    __slots__ = ()

    def __mod__(self, variable: object) -> str:
        raise MissingValue(str(variable))


def folder() -> Path:
    """Return the folder of the templates."""
    return Path(settings.BASE_DIR) / "templates" / FOLDER


@lru_cache(maxsize=1)
def engine() -> Engine:
    """Return the engine of the papers: its own folder, its own filters, escaping on."""
    return Engine(
        dirs=[str(folder())],
        loaders=[
            (
                "django.template.loaders.cached.Loader",
                ["django.template.loaders.filesystem.Loader"],
            )
        ],
        builtins=["caracol.documents.typography"],
        string_if_invalid=_Refusal("%s"),
    )


def write_html(template: str, context: dict[str, Any]) -> str:
    """Return the HTML of a paper. Raises MissingValue when the data lack what it reads."""
    return engine().get_template(template).render(Context(context))


def read(name: str) -> str:
    """Return the text of a file of the folder."""
    return (folder() / name).read_text()


def resources() -> dict[str, tuple[Path, str]]:
    """Return the closed map of what a paper may load: name → file and content type."""
    fonts = {path.name: (path, "font/ttf") for path in sorted(FONTS.glob("*.ttf"))}
    return fonts | {name: (folder() / name, kind) for name, kind in IMAGES.items()}


@lru_cache(maxsize=64)
def template_version(template: str) -> str:
    """Return the SHA-256 over a template, all it extends or includes, the style and the fonts."""
    files = [folder() / name for name in (*sorted(_closure(template)), ELEMENTS, STYLESHEET)]
    files += [path for path, _ in resources().values()]
    files.append(Path(__file__).with_name("typography.py"))
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _closure(template: str) -> set[str]:
    found: set[str] = set()
    waiting = [template]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _LINKED.findall((folder() / name).read_text())
    return found
