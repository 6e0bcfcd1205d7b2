"""Several papers in one ZIP, written as it is read: nothing is held in memory but one paper."""

import zipfile
from collections.abc import Iterable, Iterator
from datetime import date
from typing import IO, cast


class _Tap:
    """A file without memory: what is written is taken out by the reader."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self._position = 0

    def write(self, data: bytes) -> int:
        """Keep a chunk for the reader."""
        self._chunks.append(bytes(data))
        self._position += len(data)
        return len(data)

    def tell(self) -> int:
        """Return how much was written."""
        return self._position

    def flush(self) -> None:
        """Have nothing to do."""

    def take(self) -> bytes:
        """Return what was written since the last time."""
        taken, self._chunks = b"".join(self._chunks), []
        return taken


def zip_stream(entries: Iterable[tuple[str, bytes, date]]) -> Iterator[bytes]:
    """Yield the bytes of a ZIP of (name, content, day); the same entries give the same bytes."""
    tap = _Tap()
    with zipfile.ZipFile(cast("IO[bytes]", tap), "w", zipfile.ZIP_STORED) as archive:
        for name, content, day in entries:
            entry = zipfile.ZipInfo(name, date_time=(day.year, day.month, day.day, 0, 0, 0))
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, content)
            yield tap.take()
    yield tap.take()
