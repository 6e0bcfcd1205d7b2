"""HTML to PDF/UA. The one module that knows WeasyPrint.

What costs in WeasyPrint, beside laying out a page, is made once per process and kept: the font
configuration, the parsed stylesheet, decoded images. Same data, same bytes.
"""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

import cssselect2
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from caracol.documents import sheets

SCHEME = "caracol:"
DATA_PREFIXES = ("data:image/png;base64,", "data:image/jpeg;base64,")
DATA_LIMIT = 400_000
OPTIONS: dict[str, Any] = {"pdf_variant": "pdf/ua-1"}


class RenderingRefused(Exception):
    """The paper asks for something outside the closed map, or its data are incomplete."""


class ClosedFetcher(URLFetcher):
    """Give the shipped fonts and images, and small PNG or JPEG data; refuse all else, for good.

    The refusal is fatal: WeasyPrint would swallow any other error and print a paper with a hole.
    """

    def __init__(self) -> None:
        super().__init__(allowed_protocols=["data"], allow_redirects=False, fail_on_errors=True)
        self._map = sheets.resources()

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """Return a resource of the closed map. Raises FatalURLFetchingError otherwise."""
        if url.startswith(SCHEME) and url.removeprefix(SCHEME) in self._map:
            path, content_type = self._map[url.removeprefix(SCHEME)]
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": content_type})
        if url.startswith(DATA_PREFIXES) and len(url) <= DATA_LIMIT:
            return super().fetch(url, headers)
        raise FatalURLFetchingError(f"Refused resource: {url[:80]}")


class Sheet(HTML):
    """A page of ours: well-formed, so read by the XML parser; styled by our own elements.

    Both spare a third of the time of a page. The tests compare the result with the renderer's own
    reading and style of HTML: the same text at the same place.
    """

    def __init__(self, html: str, *, fetcher: URLFetcher, elements: CSS) -> None:
        root = ElementTree.fromstring(html)  # noqa: S314 - written by our templates, escaped
        self.base_url = SCHEME
        self.url_fetcher = fetcher
        self.media_type = "print"
        self.wrapper_element = cssselect2.ElementWrapper.from_html_root(root, content_language=None)
        self.etree_element = self.wrapper_element.etree_element
        self._elements = elements

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:  # noqa: FBT001, FBT002
        return [self._elements]


@contextmanager
def _shipped_fonts_only() -> Iterator[None]:
    """Read a font configuration without the fonts of the machine."""
    name = "FONTCONFIG_FILE"
    before = os.environ.get(name)
    os.environ[name] = str(sheets.FONTS / "fonts.conf")
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


class Renderer:
    """A press: warm once, then one paper after the other."""

    def __init__(self) -> None:
        self.fetcher = ClosedFetcher()
        with _shipped_fonts_only():
            self.fonts = FontConfiguration()
        self.elements = self._css(sheets.ELEMENTS)
        self.style = self._css(sheets.STYLESHEET)
        self.images: dict[str, Any] = {}

    def _css(self, name: str) -> CSS:
        return CSS(string=sheets.read(name), font_config=self.fonts, url_fetcher=self.fetcher)

    def pdf(self, html: str, *, identifier: str) -> bytes:
        """Return the PDF/UA-1 of an HTML page; same page and identifier, same bytes."""
        gc.disable()  # a page is one burst of objects: collected once, after it
        try:
            page = Sheet(html, fetcher=self.fetcher, elements=self.elements)
            content: bytes = page.write_pdf(
                font_config=self.fonts,
                stylesheets=[self.style],
                pdf_identifier=identifier.encode(),
                cache=self.images,
                **OPTIONS,
            )
        except FatalURLFetchingError as error:
            raise RenderingRefused(str(error)) from error
        finally:
            gc.enable()
        return content


@lru_cache(maxsize=1)
def _renderer_of(process: int) -> Renderer:
    return Renderer()


def renderer() -> Renderer:
    """Return this process's press, made at first use."""
    return _renderer_of(os.getpid())


def render(template: str, context: dict[str, Any], *, identifier: str) -> bytes:
    """Return the PDF of a template and its frozen context."""
    try:
        html = sheets.write_html(template, context)
    except sheets.MissingValue as error:
        raise RenderingRefused(f"missing value: {error}") from error
    return renderer().pdf(html, identifier=identifier)
