"""Commands one after the other, then servers side by side; whatever ends them, all end."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import FrameType

STOPPED_BY = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
GRACE_SECONDS = 12


@dataclass
class Foreground:
    """Runs commands in turn, handing them the signals that are meant to stop them."""

    descriptors: tuple[int, ...] = ()
    _current: "subprocess.Popen[bytes] | None" = None
    _starting: bool = False
    _missed: list[int] = field(default_factory=list)

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Hand signals on to the running command; with none running, leave."""
        before = {number: signal.signal(number, self._forward) for number in STOPPED_BY}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def run(self, command: list[str], *, quiet: bool = False) -> int:
        """Run `command` and return its exit code; `quiet` sends its output to stderr."""
        self._starting = True
        try:
            process = self._current = subprocess.Popen(
                command,
                pass_fds=self.descriptors,
                stdout=sys.stderr.fileno() if quiet else None,
            )
        except OSError as error:
            sys.stderr.write(f"{error}\n")
            return 127
        finally:
            self._starting = False
        for number in self._missed:
            process.send_signal(number)
        code = process.wait()
        self._current = None
        return code if code >= 0 else 128 - code

    def _forward(self, number: int, _frame: FrameType | None) -> None:
        if self._starting:
            self._missed.append(number)
        elif self._current is None:
            raise SystemExit(128 + number)
        elif number != signal.SIGINT:  # the terminal has given that one to the command already
            self._current.send_signal(number)


@dataclass
class Group:
    """Servers that live and die together."""

    commands: Mapping[str, list[str]]
    descriptors: tuple[int, ...] = ()
    _running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    _asked: bool = False

    def serve(self, announce: str, ready: Callable[[], bool] = lambda: True) -> int:
        """Start all, wait for a signal (exit 0) or for the first that ends by itself (exit 1).

        `announce` is said once `ready` holds.
        """
        for number in STOPPED_BY:
            signal.signal(number, self._ask)
        try:
            for name, command in self.commands.items():
                # A session of its own: Ctrl-C reaches us only, and we stop them in order.
                self._running[name] = subprocess.Popen(
                    command, pass_fds=self.descriptors, start_new_session=True
                )
            ended = self._wait(announce, ready)
        finally:
            self._stop()
        if ended:
            sys.stderr.write(f"{ended} has ended by itself; everything is stopped.\n")
        return 1 if ended else 0

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True

    def _wait(self, announce: str, ready: Callable[[], bool]) -> str:
        said = False
        while not self._asked:
            if not said and ready():
                said = True
                sys.stdout.write(f"{announce}\n")
                sys.stdout.flush()
            for name, process in self._running.items():
                if process.poll() is not None:
                    return name
            time.sleep(0.2)
        return ""

    def _stop(self) -> None:
        limit = time.monotonic() + GRACE_SECONDS
        for process in self._running.values():
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        for process in self._running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, limit - time.monotonic()))
        for process in self._running.values():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
