"""Where the embedded services of a VAR_DIR listen. Pure: nothing is started or created."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

RUN_ROOT = "/tmp"  # noqa: S108 # a unix socket path has about 107 bytes: it must be short
POSTGRES_PORT = 5432  # only the name of the socket file
DATABASE = "caracol"
SUPERUSER_ROLE = "postgres"
OWNER_ROLE = "caracol_owner"
APP_ROLE = "caracol_app"


@dataclass(frozen=True)
class Addresses:
    """Folders and URLs of the services that belong to one VAR_DIR."""

    var_dir: Path
    run_dir: Path
    socket_dir: Path
    database_url: str
    database_owner_url: str
    redis_url: str

    @property
    def postgres_data(self) -> Path:
        """The folder of the PostgreSQL cluster."""
        return self.var_dir / "postgres"

    @property
    def redis_data(self) -> Path:
        """The folder of the Redis append-only file."""
        return self.var_dir / "redis"

    @property
    def redis_socket(self) -> Path:
        """The Redis socket."""
        return self.socket_dir / "redis.sock"

    @property
    def postgres_lock(self) -> Path:
        """The file in which a running PostgreSQL writes its process id, beside its socket."""
        return self.socket_dir / f".s.PGSQL.{POSTGRES_PORT}.lock"

    @property
    def schema_stamp(self) -> Path:
        """The fingerprint of the schema last migrated, and of the cluster it was migrated in."""
        return self.var_dir / ".schema"

    def database_url_for(self, name: str, role: str = OWNER_ROLE) -> str:
        """Return the URL of another database of the same server."""
        return f"postgres://{role}@{quote(str(self.socket_dir), safe='')}:{POSTGRES_PORT}/{name}"


def addresses(var_dir: Path | str) -> Addresses:
    """Return the addresses of the services of `var_dir`; two folders never share any."""
    resolved = Path(var_dir).resolve()
    digest = hashlib.sha256(os.fsencode(resolved)).hexdigest()[:12]
    run_dir = Path(RUN_ROOT) / f"caracol-{os.geteuid()}-{digest}"
    socket_dir = run_dir / "s"
    host = quote(str(socket_dir), safe="")
    return Addresses(
        var_dir=resolved,
        run_dir=run_dir,
        socket_dir=socket_dir,
        database_url=f"postgres://{APP_ROLE}@{host}:{POSTGRES_PORT}/{DATABASE}",
        database_owner_url=f"postgres://{OWNER_ROLE}@{host}:{POSTGRES_PORT}/{DATABASE}",
        redis_url=f"redis+socket://{socket_dir}/redis.sock",
    )
