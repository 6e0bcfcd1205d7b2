"""Some seconds of the fuzzer in each run of the tests; `./dev fuzz` takes its time."""

import platform
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

SECONDS = 3


@pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64", reason="atheris is for Linux"
)
@pytest.mark.parametrize("reader", ["bank", "caf", "status"])
def test_no_file_that_the_fuzzer_makes_breaks_a_reader(reader, tmp_path):
    """Guided by coverage: it reads, or it refuses in words."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", reader, str(SECONDS), str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    assert re.search(r"DONE   cov: \d{2,}", run.stderr)
