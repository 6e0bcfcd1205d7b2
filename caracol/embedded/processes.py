"""Processes: who runs the servers, whether one lives, how it is stopped."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SERVICE_USERS = ("nobody", "daemon")
ON_LINUX = sys.platform.startswith("linux")
# Servers this process has started: they may outlive it, or be stopped here and then reaped.
_children: list["subprocess.Popen[bytes]"] = []


class EmbeddedError(Exception):
    """An embedded service could not be prepared, started or stopped; the message says why."""


@dataclass(frozen=True)
class Account:
    """The system account under which the servers run."""

    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        """Tell whether it differs from the account of this process."""
        return self.uid != os.geteuid()


def service_account() -> Account:
    """Return the account of the servers: ourselves, or an unprivileged one when we are root."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    for name in SERVICE_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise EmbeddedError(
        "As root, the embedded servers run as the account nobody or daemon; neither exists here."
    )


def private_folder(path: Path, account: Account, *, mode: int = 0o700) -> None:
    """Make `path` a folder of `account`, refusing one that somebody else has put there."""
    path.mkdir(mode=mode, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), account.uid}:
        raise EmbeddedError(
            f"{path} belongs to somebody else; remove it or choose another VAR_DIR."
        )
    if (found.st_uid, found.st_gid) != (account.uid, account.gid):
        os.chown(path, account.uid, account.gid)
    path.chmod(mode)


def data_argument(folder: Path, account: Account) -> str:
    """Return how a server started *inside* `folder` is to name it.

    The unprivileged account may be unable to walk down a private home. A process that was
    placed in the folder before its privileges were dropped reaches it as its own directory.
    """
    if account.is_other and ON_LINUX:
        return "/proc/self/cwd"
    return str(folder)


def popen(
    command: list[str], *, account: Account, folder: Path, log: int
) -> "subprocess.Popen[bytes]":
    """Start `command` inside `folder` as `account`, in its own session (Ctrl-C spares it)."""
    drop: dict[str, object] = {}
    if account.is_other:
        drop = {"user": account.uid, "group": account.gid, "extra_groups": []}
    child: subprocess.Popen[bytes] = subprocess.Popen(  # type: ignore[call-overload]
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        start_new_session=True,
        umask=0o077,
        **drop,
    )
    _children.append(child)
    return child


def can_execute(program: Path, account: Account) -> bool:
    """Tell whether `account` can reach and run `program`."""
    if not account.is_other:
        return os.access(program, os.X_OK)
    test = shutil.which("test") or "/usr/bin/test"
    done = subprocess.run(
        [test, "-x", str(program)],
        user=account.uid,
        group=account.gid,
        extra_groups=[],
        cwd="/",
        check=False,
    )
    return done.returncode == 0


def command_line(pid: int) -> str:
    """Return the command line of a live process, "" when it is gone or a zombie."""
    if ON_LINUX:
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (OSError, UnicodeDecodeError):
            return ""
    done = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return "" if "<defunct>" in done.stdout else done.stdout.strip()


def pid_in(path: Path) -> int:
    """Return the process id on the first line of `path`, 0 when there is none."""
    try:
        return int(path.read_text(encoding="ascii").split("\n", 1)[0])
    except (OSError, ValueError):
        return 0


def wait_until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Poll `condition` until it holds; False when the time is over."""
    limit = time.monotonic() + seconds
    pause = 0.005
    while not condition():
        if time.monotonic() > limit:
            return False
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)
    return True


def stop(pid: int, *, marker: str, signals: tuple[signal.Signals, ...], seconds: float) -> None:
    """Stop the process `pid` if its command line bears `marker`, with ever harder signals."""
    if not pid:
        return

    def gone() -> bool:
        _reap()
        return marker not in command_line(pid)

    for number in signals:
        if gone():
            return
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        if wait_until(gone, seconds=seconds):
            return
    raise EmbeddedError(f"Process {pid} does not stop.")


def _reap() -> None:
    for child in list(_children):
        if child.poll() is not None:
            _children.remove(child)


def last_lines(log: Path, count: int = 12) -> str:
    """Return the end of a log file, for an error message."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
    except OSError:
        return ""
