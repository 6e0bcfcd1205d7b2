"""A file too heavy for any page is dropped as it arrives: neither kept in memory nor on disk."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

MAX_UPLOAD = 25 * 1024 * 1024


def announced_size(request: HttpRequest) -> int:
    """Return the size that a request announces, in bytes."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdigit() else 0


class CapHandler(FileUploadHandler):
    """Refuse the files of a request that announces, or sends, more than the product takes.

    The form then lacks its file; `announced_size` lets a view say why.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._received = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Refuse at once what is announced as too heavy."""
        super().new_file(*args, **kwargs)
        if self.request is not None and announced_size(self.request) > MAX_UPLOAD:
            raise StopUpload(connection_reset=False)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Refuse what turns out too heavy; hand the rest to the next handler."""
        self._received += len(raw_data)
        if self._received > MAX_UPLOAD:
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the next handler."""
