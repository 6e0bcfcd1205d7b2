"""`./dev fuzz [SECONDS]`: each reader on files that libFuzzer makes of the samples.

`python -m tests.fuzz NAME SECONDS FOLDER` fuzzes one reader in its own process: it reads, or it
raises FileRefused; any other error ends the process with its trace-back and leaves the file that
caused it in the folder.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import atheris
import django

# What is imported from here on tells the fuzzer which way it went.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caracol.settings.test")
with atheris.instrument_imports(include=["payments.readers", "payments.services.bank_rows"]):
    django.setup()
    from payments.readers.caf import read_caf
    from payments.readers.status import read_status
    from tests.payments.readers import test_fuzzing as samples

SECONDS = 30
samples.SECONDS = 30  # an instrumented reader is several times slower
LONGEST = 20_000
TARGETS: dict[str, tuple[Callable[[Any], Any], list[Path]]] = {
    "bank": (samples.rows_of, samples.BANK),
    "caf": (read_caf, samples.CAF),
    "status": (read_status, samples.STATUS),
}


def fuzz(name: str, seconds: int, folder: Path) -> None:
    """Fuzz one reader from its samples. libFuzzer ends the process."""
    read, paths = TARGETS[name]

    def once(body: bytes) -> None:
        samples.refused_in_words(read, body)

    seeds = folder / "seeds"
    seeds.mkdir(parents=True)
    for number, path in enumerate(paths):
        (seeds / str(number)).write_bytes(path.read_bytes())
    limits = [f"-max_total_time={seconds}", f"-max_len={LONGEST}", "-timeout=60"]
    where = [f"-artifact_prefix={folder}/", "-print_final_stats=1", str(seeds)]
    atheris.Setup([sys.argv[0], *limits, *where], once)
    atheris.Fuzz()


def main(arguments: list[str]) -> int:
    """Fuzz one reader, or all one beside the other; return how many failed."""
    if arguments and arguments[0] in TARGETS:
        fuzz(arguments[0], int(arguments[1]), Path(arguments[2]))
        return 0
    seconds = arguments[0] if arguments else str(SECONDS)
    folder = Path(tempfile.mkdtemp(prefix="caracol-fuzz-"))
    runs = {
        name: subprocess.Popen([sys.executable, "-m", "tests.fuzz", name, seconds, folder / name])
        for name in TARGETS
    }
    failed = [name for name, run in runs.items() if run.wait()]
    for name in failed:
        print(f"{name}: failed; the file that caused it is in {folder / name}")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
