"""What `./dev` calls: commands with the servers of VAR_DIR around them, and the demonstration.

`python -m caracol.embedded run [--fast] [--migrate] -- command …`
"""

import argparse
import contextlib
import os
import socket
import sys
import urllib.request
from pathlib import Path

from caracol.embedded.addresses import Addresses, addresses
from caracol.embedded.fingerprint import schema_fingerprint
from caracol.embedded.processes import EmbeddedError
from caracol.embedded.services import running
from caracol.embedded.supervisor import Foreground, Group

ROOT = Path(__file__).resolve().parent.parent.parent
MANAGE = [sys.executable, str(ROOT / "manage.py")]


def main(arguments: list[str] | None = None) -> int:
    """Run the sub-command; return its exit code, 2 when a server cannot be had."""
    options = _parser().parse_args(arguments)
    where = addresses(os.environ.get("VAR_DIR") or ROOT / "var")
    try:
        if options.action == "run":
            return _run(where, options.command, fast=options.fast, migrate=options.migrate)
        if options.action == "serve":
            return _serve(options.port)
    except EmbeddedError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    urls = (where.database_url, where.database_owner_url, where.redis_url)
    sys.stdout.write("".join(f"{url}\n" for url in urls))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m caracol.embedded")
    actions = parser.add_subparsers(dest="action", required=True)
    run = actions.add_parser("run", help="run a command with the servers of VAR_DIR around it")
    run.add_argument("--fast", action="store_true", help="no fsync: for tests only")
    run.add_argument("--migrate", action="store_true", help="migrate first when needed")
    run.add_argument("command", nargs="+")
    serve = actions.add_parser("serve", help="load the demonstration and serve it")
    serve.add_argument("--port", type=int, default=8000)
    actions.add_parser("addresses", help="print the URLs of VAR_DIR's services")
    return parser


def _run(where: Addresses, command: list[str], *, fast: bool, migrate: bool) -> int:
    postgres = not os.environ.get("DATABASE_URL")
    redis = not os.environ.get("REDIS_URL")
    foreground = Foreground()
    with contextlib.ExitStack() as stack:
        stack.enter_context(foreground.listening())
        if postgres or redis:
            lease = stack.enter_context(
                running(where.var_dir, postgres=postgres, redis=redis, fast=fast)
            )
            # The command holds the servers as well: they outlive a kill -9 of this process.
            foreground.descriptors = (lease.descriptor,)
        code = _migrate_if_needed(where, foreground) if migrate else 0
        return code or foreground.run(command)


def _migrate_if_needed(where: Addresses, foreground: Foreground) -> int:
    """Migrate when the schema's fingerprint has changed; always on a database given by URL."""
    migrate = [*MANAGE, "migrate", "--verbosity", "0"]
    if os.environ.get("DATABASE_URL"):
        return foreground.run(migrate, quiet=True)
    cluster = (where.postgres_data / "PG_VERSION").stat()
    current = f"{schema_fingerprint(ROOT)} {cluster.st_ino} {cluster.st_mtime_ns}"
    stamp = where.schema_stamp
    if stamp.exists() and stamp.read_text(encoding="ascii") == current:
        return 0
    sys.stderr.write("Migrating the database…\n")
    code = foreground.run(migrate, quiet=True)
    if not code:
        stamp.write_text(current, encoding="ascii")
    return code


def _serve(port: int) -> int:
    """Load the demonstration, then serve it with a worker and the clock of periodic jobs."""
    if not _is_free(port):
        sys.stderr.write(f"Port {port} is taken. Try: PORT={port + 1} ./dev demo\n")
        return 2
    foreground = Foreground()
    with foreground.listening():
        # The worker that starts next prints the papers.
        code = foreground.run([*MANAGE, "demo_load", "--leave-papers"])
    if code:
        return code
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "-A", "caracol.celery", "--quiet"]
    group = Group(
        {
            "web": [
                *(*python, "gunicorn", "caracol.wsgi", "--bind", f"127.0.0.1:{port}"),
                *("--workers", "2", "--threads", "4", "--log-level", "warning"),
            ],
            "worker": [*celery, "worker", "--concurrency", "2", "--loglevel", "WARNING"],
            "beat": [*celery, "beat", "--loglevel", "WARNING"],
        }
    )
    # What the libraries have to say of a person's machine is of no use to that person.
    os.environ["PYTHONWARNINGS"] = "ignore"
    os.environ.setdefault("SITE_URL", f"http://127.0.0.1:{port}")
    return group.serve(
        f"\nhttp://127.0.0.1:{port}  (Ctrl-C stops everything)", ready=lambda: _answers(port)
    )


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
            return True
    except OSError:
        return False


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


if __name__ == "__main__":
    sys.exit(main())
