"""The measures' own processes and databases, so that none weighs on another."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

from django.conf import settings

from tests.helpers.databases import cloned_database, environment_for


class Bench:
    """A folder for the files of the run; databases cloned from one another, then dropped."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    @contextlib.contextmanager
    def database(self, template: str = "") -> Iterator[str]:
        """A database of the run: fresh, or the copy of another one as it is now."""
        with cloned_database(template) as name:
            yield name

    def run(self, database: str, module: str, *arguments: object) -> Any:
        """Run `tests.bench.<module>` on a database, in a new process; return what it found."""
        done = subprocess.run(
            [sys.executable, "-m", f"tests.bench.{module}", *map(str, arguments)],
            cwd=settings.BASE_DIR,
            env={
                **os.environ,
                **environment_for(database),
                "DJANGO_SETTINGS_MODULE": "caracol.settings.dev",
                "REDIS_URL": settings.REDIS_URL,
                "VAR_DIR": self.folder,
            },
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return json.loads(done.stdout.splitlines()[-1])


@contextlib.contextmanager
def bench() -> Iterator[Bench]:
    """A run of the bench, which leaves nothing behind."""
    with tempfile.TemporaryDirectory(prefix="caracol-bench-") as folder:
        yield Bench(folder)


def answer(found: object) -> None:
    """Say what a process found, as its last line."""
    print(json.dumps(found))
