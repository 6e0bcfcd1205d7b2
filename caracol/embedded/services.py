"""Share the servers of a VAR_DIR between commands: the first starts them, the last stops them.

Each user holds a shared `flock` on one file; the system drops it when the user dies, however it
dies. A second lock, exclusive and short, keeps starts and stops apart.
"""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from caracol.embedded.addresses import Addresses, addresses
from caracol.embedded.postgres import Postgres
from caracol.embedded.processes import Account, private_folder, service_account
from caracol.embedded.redis import Redis


@dataclass(frozen=True)
class Lease:
    """A user's hold on the running servers; `descriptor` may be handed to a child process."""

    addresses: Addresses
    descriptor: int


@contextlib.contextmanager
def running(
    var_dir: Path | str, *, postgres: bool = True, redis: bool = True, fast: bool = False
) -> Iterator[Lease]:
    """Hold the servers of `var_dir` running for as long as the block lasts."""
    where = addresses(var_dir)
    account = service_account()
    where.var_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    servers: list[Postgres | Redis] = []
    if postgres:
        servers.append(Postgres(where, account, fast=fast))
    if redis:
        servers.append(Redis(where, account))
    users = os.open(where.var_dir / ".services.users", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        with _gate(where.var_dir):
            fcntl.flock(users, fcntl.LOCK_SH)
            # The outer folder stays ours: nobody else may rename what is inside.
            private_folder(where.run_dir, _ourselves(), mode=0o711 if account.is_other else 0o700)
            private_folder(where.socket_dir, account)
            _start(servers)
        yield Lease(where, users)
    finally:
        with _gate(where.var_dir):
            if _is_last(users):
                Redis(where, account).stop()
                Postgres(where, account).stop()
                shutil.rmtree(where.run_dir, ignore_errors=True)
        os.close(users)


def _ourselves() -> Account:
    return Account(os.geteuid(), os.getegid())


def _start(servers: list[Postgres | Redis]) -> None:
    for server in servers:
        if not server.is_running():
            server.start()


def _is_last(users: int) -> bool:
    """Give the shared hold back; tell whether nobody else has one."""
    fcntl.flock(users, fcntl.LOCK_UN)
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def _gate(var_dir: Path) -> Iterator[None]:
    descriptor = os.open(var_dir / ".services.gate", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
