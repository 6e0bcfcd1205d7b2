"""The private PostgreSQL and Redis: shared by commands, apart by VAR_DIR, mended after a kill."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from caracol.embedded import addresses
from caracol.embedded.postgres import Postgres
from caracol.embedded.processes import EmbeddedError, command_line, pid_in, service_account
from caracol.embedded.redis import Redis
from caracol.embedded.services import running

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder():
    """An empty VAR_DIR whose short sockets' folder goes with it."""
    path = Path(tempfile.mkdtemp(prefix="caracol-test-"))
    yield path / "var"
    for server in servers(path / "var"):
        server.stop()
    shutil.rmtree(addresses(path / "var").run_dir, ignore_errors=True)
    shutil.rmtree(path)


def servers(var_dir):
    where, account = addresses(var_dir), service_account()
    return Postgres(where, account, fast=True), Redis(where, account)


def pids(var_dir):
    return [
        pid_in(addresses(var_dir).postgres_data / "postmaster.pid"),
        pid_in(addresses(var_dir).var_dir / ".redis.pid"),
    ]


def alive(numbers):
    return [bool(number and command_line(number)) for number in numbers]


def value_in(var_dir, query):
    with psycopg.connect(addresses(var_dir).database_owner_url, autocommit=True) as connection:
        return connection.execute(query).fetchone()[0]


def keep_a_row(var_dir):
    with psycopg.connect(addresses(var_dir).database_owner_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")


def start_holder(var_dir, *, session=False):
    """A process that says it has the servers, then waits for its input to close."""
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "caracol.embedded",
            "run",
            "--fast",
            "--",
            "sh",
            "-c",
            "echo; read x",
        ],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(var_dir)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=session,
    )


def test_addresses_start_and_write_nothing(tmp_path):
    """The settings may ask for them at any time."""
    addresses(tmp_path / "var")
    assert not list(tmp_path.iterdir())


def test_socket_path_stays_short_for_the_longest_folder(tmp_path):
    """A unix socket path has about 107 bytes, whatever VAR_DIR."""
    where = addresses(tmp_path / ("x" * 200) / ("é" * 100))
    assert len(os.fsencode(where.socket_dir / ".s.PGSQL.5432")) < 100
    assert len(os.fsencode(where.redis_socket)) < 100


def test_servers_start_twice_keep_data_and_never_meet_those_of_another_folder(folder):
    """Start, write, stop, start again; beside it another VAR_DIR, even a long one."""
    other = folder.parent / ("long-" * 40) / "var"
    with running(folder, fast=True):
        keep_a_row(folder)
        with running(other, fast=True, redis=False):
            assert value_in(other, "SELECT count(*) FROM pg_tables WHERE tablename = 'kept'") == 0
            assert pids(other)[0] != pids(folder)[0]
    assert alive(pids(other) + pids(folder)) == [False] * 4
    assert not addresses(folder).run_dir.exists()
    with running(folder, fast=True):
        assert value_in(folder, "SELECT n FROM kept") == 7
        assert value_in(folder, "SELECT current_user") == "caracol_owner"


def test_two_commands_share_the_servers_and_the_last_stops_them(folder):
    """The first to leave leaves them running for the other."""
    first = start_holder(folder)
    assert first.stdout.readline()
    with running(folder, fast=True):
        shared = pids(folder)
        first.communicate(b"\n", timeout=30)
        assert first.returncode == 0
        assert alive(shared) == [True, True]
        assert value_in(folder, "SELECT 1") == 1
    assert alive(shared) == [False, False]


def test_a_killed_user_leaves_what_the_next_start_takes_over(folder):
    """kill -9 of the only user: its servers serve the next one, who stops them."""
    holder = start_holder(folder, session=True)
    assert holder.stdout.readline()
    os.killpg(holder.pid, signal.SIGKILL)
    holder.communicate()
    left = pids(folder)
    assert alive(left) == [True, True]
    with running(folder, fast=True):
        assert pids(folder) == left
    assert alive(left) == [False, False]


def test_killed_servers_start_again_on_their_data(folder):
    """kill -9 of PostgreSQL and of Redis: stale locks and sockets are mended."""
    with running(folder, fast=True):
        keep_a_row(folder)
        for number in pids(folder):
            os.kill(number, signal.SIGKILL)
            os.waitpid(number, 0)
    with running(folder, fast=True):
        assert value_in(folder, "SELECT n FROM kept") == 7


def test_removed_data_do_not_bring_the_old_servers_back(folder):
    """VAR_DIR deleted under an orphaned server: the next start begins anew."""
    holder = start_holder(folder, session=True)
    assert holder.stdout.readline()
    old = pids(folder)
    os.killpg(holder.pid, signal.SIGKILL)
    holder.communicate()
    shutil.rmtree(folder)
    with running(folder, fast=True):
        assert alive(old) == [False, False]
        assert value_in(folder, "SELECT 1") == 1


def test_stopping_hands_the_exit_code_and_term_on(folder):
    """The command's own exit code passes; TERM stops the command, then the servers."""
    run = [sys.executable, "-m", "caracol.embedded", "run", "--fast", "--"]
    env = {"PATH": os.environ["PATH"], "VAR_DIR": str(folder)}
    done = subprocess.run([*run, "sh", "-c", "exit 7"], cwd=ROOT, env=env, check=False)
    assert done.returncode == 7
    holder = start_holder(folder)
    assert holder.stdout.readline()
    running_now = pids(folder)
    holder.send_signal(signal.SIGTERM)
    holder.wait(timeout=30)
    holder.communicate()
    assert holder.returncode == 128 + signal.SIGTERM
    assert alive(running_now) == [False, False]


def test_given_urls_switch_the_servers_off(folder):
    """DATABASE_URL and REDIS_URL: nothing is started, nothing is written."""
    env = {"PATH": os.environ["PATH"], "VAR_DIR": str(folder)}
    env |= {"DATABASE_URL": "postgres://x/y", "REDIS_URL": "redis://x"}
    run = [sys.executable, "-m", "caracol.embedded", "run", "--", "true"]
    assert subprocess.run(run, cwd=ROOT, env=env, check=False).returncode == 0
    assert not addresses(folder).socket_dir.exists()
    assert not (folder / "postgres").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")
def test_root_serves_from_a_private_home_as_another_account(folder):
    """A clone that the servers' account cannot walk into works all the same."""
    private = folder.parent / "private"
    private.mkdir(mode=0o700)
    with running(private / "var", fast=True):
        assert value_in(private / "var", "SELECT 1") == 1
        process = Path(f"/proc/{pids(private / 'var')[0]}")
        assert process.stat().st_uid == service_account().uid != 0


def test_a_folder_of_somebody_else_is_refused(folder):
    """Who put a folder at the sockets' place first gains nothing."""
    where = addresses(folder)
    where.run_dir.symlink_to(folder.parent)
    with pytest.raises(EmbeddedError, match="belongs to somebody else"), running(folder):
        pytest.fail("started")
    where.run_dir.unlink()
