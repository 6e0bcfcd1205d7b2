"""Several papers in one PDF to print: tags, language and a bookmark for each are kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import BinaryIO

import pikepdf
from pikepdf import Array, Dictionary, Name, OutlineItem, Pdf


@dataclass(frozen=True)
class Part:
    """A paper to add: its bookmark and its bytes."""

    title: str
    content: bytes


def merge(parts: Iterable[Part], *, title: str, made_on: date, target: BinaryIO) -> int:
    """Write the parts one after the other into one PDF/UA; return its number of pages.

    The same parts give the same bytes.
    """
    with Pdf.new() as book:
        outline: list[OutlineItem] = []
        tags = _Tags(book)
        for part in parts:
            first = len(book.pages)
            with Pdf.open(BytesIO(part.content)) as source:
                book.pages.extend(source.pages)
                tags.add(source, first)
                outline.append(OutlineItem(part.title, first))
                # Pages are read from their source until the book is saved.
                tags.keep(source)
        tags.close()
        _describe(book, title=title, made_on=made_on)
        with book.open_outline() as tree:
            tree.root.extend(outline)
        pages = len(book.pages)
        book.save(
            target,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            min_version="1.7",
        )
    return pages


class _Tags:
    """The structure trees of the parts, hung under one root."""

    def __init__(self, book: Pdf) -> None:
        self.book = book
        self.root = book.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=Array()))
        self.numbers = Array()
        self.next_key = 0
        self.sources: list[Pdf] = []

    def keep(self, source: Pdf) -> None:
        """Hold a source open."""
        self.sources.append(source)

    def add(self, source: Pdf, first_page: int) -> None:
        """Hang the tree of a source whose pages start at `first_page` of the book."""
        tree = source.Root.get("/StructTreeRoot")
        if tree is None:
            return
        own = self.book.copy_foreign(tree)
        for element in own.K:
            element.P = self.root
            self.root.K.append(element)
        pairs = own.ParentTree.Nums
        shift = self.next_key
        for index in range(0, len(pairs), 2):
            self.numbers.append(int(pairs[index]) + shift)
            self.numbers.append(pairs[index + 1])
            self.next_key = max(self.next_key, int(pairs[index]) + shift + 1)
        for page in list(self.book.pages)[first_page:]:
            if "/StructParents" in page.obj:
                page.obj.StructParents = int(page.obj.StructParents) + shift

    def close(self) -> None:
        """Write the root into the book."""
        self.root.ParentTree = self.book.make_indirect(Dictionary(Nums=self.numbers))
        self.root.ParentTreeNextKey = self.next_key
        self.book.Root.StructTreeRoot = self.root
        self.book.Root.MarkInfo = Dictionary(Marked=True)


def _describe(book: Pdf, *, title: str, made_on: date) -> None:
    book.Root.Lang = pikepdf.String("fr")
    book.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    book.docinfo["/Title"] = title
    book.docinfo["/CreationDate"] = f"D:{made_on:%Y%m%d}000000Z"
    with book.open_metadata(set_pikepdf_as_editor=False) as about:
        about["dc:title"] = title
        about["pdfuaid:part"] = "1"
        about["xmp:CreateDate"] = f"{made_on:%Y-%m-%d}"
