"""`python -m caracol.embedded run [--fast] -- command …`: the command with servers around it."""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

from caracol.embedded.addresses import addresses
from caracol.embedded.fingerprint import schema_fingerprint
from caracol.embedded.processes import EmbeddedError
from caracol.embedded.services import running

ROOT = Path(__file__).resolve().parent.parent.parent


def main(arguments: list[str] | None = None) -> int:
    """Run the sub-command; return its exit code, 2 when a server cannot be had."""
    options = _parser().parse_args(arguments)
    var_dir = Path(os.environ.get("VAR_DIR") or ROOT / "var")
    try:
        if options.action == "run":
            return _run(var_dir, options.command, fast=options.fast)
        if options.action == "schema":
            return _schema(var_dir, write=options.write)
    except EmbeddedError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    where = addresses(var_dir)
    lines = (where.database_url, where.database_owner_url, where.redis_url)
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m caracol.embedded")
    actions = parser.add_subparsers(dest="action", required=True)
    run = actions.add_parser("run", help="run a command with the servers of VAR_DIR around it")
    run.add_argument("--fast", action="store_true", help="no fsync: for tests only")
    run.add_argument("command", nargs="+")
    schema = actions.add_parser("schema", help="exit 0 when the schema is up to date, else 1")
    schema.add_argument("--write", action="store_true", help="note that it now is")
    actions.add_parser("addresses", help="print the URLs of VAR_DIR's services")
    return parser


def _run(var_dir: Path, command: list[str], *, fast: bool) -> int:
    wants_postgres = not os.environ.get("DATABASE_URL")
    wants_redis = not os.environ.get("REDIS_URL")
    child: list[subprocess.Popen[bytes]] = []

    def forward(number: int, _frame: FrameType | None) -> None:
        if not child:
            raise SystemExit(128 + number)
        if number != signal.SIGINT:  # the terminal has given that one to the child already
            child[0].send_signal(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, forward)
    with contextlib.ExitStack() as stack:
        held: tuple[int, ...] = ()
        if wants_postgres or wants_redis:
            servers = running(var_dir, postgres=wants_postgres, redis=wants_redis, fast=fast)
            # The child keeps the servers as well: they outlive a kill -9 of this process.
            held = (stack.enter_context(servers).descriptor,)
        try:
            child.append(subprocess.Popen(command, pass_fds=held))
        except OSError as error:
            sys.stderr.write(f"{error}\n")
            return 127
        code = child[0].wait()
    return code if code >= 0 else 128 - code


def _schema(var_dir: Path, *, write: bool) -> int:
    where = addresses(var_dir)
    cluster = (where.postgres_data / "PG_VERSION").stat()
    current = f"{schema_fingerprint(ROOT)} {cluster.st_ino} {cluster.st_mtime_ns}"
    stamp = where.schema_stamp
    if write:
        stamp.write_text(current, encoding="ascii")
        return 0
    return 0 if stamp.exists() and stamp.read_text(encoding="ascii") == current else 1


if __name__ == "__main__":
    sys.exit(main())
