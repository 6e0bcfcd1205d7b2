"""Files of the private store beside the rows that name them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def gone_if_it_fails(file: Any) -> Iterator[None]:
    """Take a file just stored away again when what should name it fails.

    A process killed meanwhile leaves a file that no row names, never a row without its file.
    """
    try:
        yield
    except BaseException:
        file.delete(save=False)
        raise
