"""Servers that live and die together, as the demonstration runs them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GROUP = """
import sys
from caracol.embedded.supervisor import Group
commands = {str(n): ["sh", "-c", text] for n, text in enumerate(sys.argv[1:])}
sys.exit(Group(commands).serve("ready"))
"""


def start(*scripts):
    process = subprocess.Popen(
        [sys.executable, "-c", GROUP, *scripts],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    return process


def alive(marker):
    """Tell whether a process runs that sleeps for this odd time."""
    done = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    return f"sleep {marker}" in done.stdout.split("\n")


def wait_for(condition):
    limit = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.02)


def test_a_signal_stops_all_with_their_children():
    """Ctrl-C is how the demonstration ends: exit 0, and no process is left."""
    for number, marker in ((signal.SIGINT, 7001), (signal.SIGTERM, 7002), (signal.SIGHUP, 7003)):
        process = start(f"sleep {marker}; true", f"sleep {marker}5; true")
        wait_for(lambda marker=marker: alive(marker) and alive(f"{marker}5"))
        process.send_signal(number)
        assert process.wait(20) == 0
        process.communicate()
        assert not alive(marker)
        assert not alive(f"{marker}5")


def test_one_that_ends_by_itself_ends_all_and_is_named():
    """A web server without its worker would be a trap."""
    process = start("sleep 7004; true", "sleep 0.3")
    _, said = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "1 has ended by itself" in said
    assert not alive(7004)
