"""The private Redis: the machine's redis-server or valkey-server on a unix socket."""

import shutil
import signal
import socket
from dataclasses import dataclass
from pathlib import Path

from caracol.embedded.addresses import Addresses
from caracol.embedded.processes import (
    Account,
    EmbeddedError,
    command_line,
    last_lines,
    pid_in,
    popen,
    private_folder,
    stop,
    wait_until,
)

PROGRAMS = ("redis-server", "valkey-server")
EXTRA_PLACES = "/usr/bin:/usr/local/bin:/opt/homebrew/bin:/usr/sbin"
START_SECONDS = 20


@dataclass
class Redis:
    """The Redis server of one VAR_DIR."""

    addresses: Addresses
    account: Account

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self.addresses.var_dir / "redis.log"

    @property
    def pid_file(self) -> Path:
        """Where the server's process id is kept, beside its socket."""
        return self.addresses.run_dir / "redis.pid"

    @property
    def data_pid_file(self) -> Path:
        """The same beside its data: the two differ when the data were removed meanwhile."""
        return self.addresses.var_dir / ".redis.pid"

    @property
    def marker(self) -> str:
        """What the command line of our server bears and no other does."""
        return str(self.addresses.redis_socket)

    def is_running(self) -> bool:
        """Tell whether our server runs on our data and answers."""
        pid = pid_in(self.pid_file)
        return bool(pid) and pid == pid_in(self.data_pid_file) and self._answers()

    def start(self) -> None:
        """Start the server with an append-only file, never evicting."""
        self.stop()
        data = self.addresses.redis_data
        private_folder(data, self.account)
        self.addresses.redis_socket.unlink(missing_ok=True)
        command = [find_program(), "--port", "0", "--unixsocket", self.marker]
        command += ["--unixsocketperm", "700", "--dir", ".", "--appendonly", "yes", "--save", ""]
        command += ["--maxmemory-policy", "noeviction", "--databases", "16", "--daemonize", "no"]
        with self.log.open("ab") as log:
            process = popen(command, account=self.account, folder=data, log=log.fileno())
        ready = wait_until(
            lambda: process.poll() is not None or self._answers(), seconds=START_SECONDS
        )
        if not ready or process.poll() is not None:
            raise EmbeddedError(f"Redis did not start:\n{last_lines(self.log)}")
        for path in (self.pid_file, self.data_pid_file):
            path.write_text(f"{process.pid}\n", encoding="ascii")

    def stop(self) -> None:
        """Stop the server; its append-only file is written."""
        pid = pid_in(self.pid_file)
        if "redis-server" not in (line := command_line(pid)) and "valkey-server" not in line:
            return
        stop(pid, marker="-server", signals=(signal.SIGTERM, signal.SIGKILL), seconds=10)

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
                client.settimeout(2)
                client.connect(self.marker)
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def find_program() -> str:
    """Return the path of redis-server or valkey-server."""
    for name in PROGRAMS:
        if found := shutil.which(name) or shutil.which(name, path=EXTRA_PLACES):
            return found
    raise EmbeddedError(
        "No redis-server nor valkey-server on this machine: install one "
        "(apt-get install redis-server, brew install redis), or give REDIS_URL."
    )
