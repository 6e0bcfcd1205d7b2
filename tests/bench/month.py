"""Closing a month against the very same rows written by COPY."""

from tests.bench.processes import Bench
from tests.bench.report import Row

SIZE, SMALL = 20_000, 2_000


def measure(bench: Bench, big: str) -> list[Row]:
    """Close a month in `big`, which has SIZE residents and their accounts."""
    with bench.database(big) as second, bench.database(big) as third:
        ours = bench.run(big, "steps", "close")
        bench.run(big, "steps", "export", bench.folder)
        # Two references, before and after nothing else: the better one is the stricter.
        copies = [bench.run(name, "steps", "copy", bench.folder) for name in (second, third)]
        bare = bench.run(second, "steps", "bare", bench.folder)
    copied = min(copy["seconds"] for copy in copies)
    small = _close_small(bench)
    each, small_each = ours["seconds"] / ours["terms"], small["seconds"] / small["terms"]
    return [
        Row(
            f"close_month, {ours['terms']:,} contracts / COPY of the same rows, same tables",
            f"{ours['seconds']:.2f} s",
            f"{copied:.2f} s",
            ours["seconds"] / copied,
            3,
        ),
        Row(
            "close_month / COPY of the same rows, bare tables",
            f"{ours['seconds']:.2f} s",
            f"{bare['seconds']:.2f} s",
            ours["seconds"] / bare["seconds"],
        ),
        Row(
            f"close_month, time per contract, {SIZE:,} / {SMALL:,}",
            f"{each * 1000:.2f} ms",
            f"{small_each * 1000:.2f} ms",
            each / small_each,
            1.5,
        ),
        Row(
            f"close_month, peak memory for {SIZE:,} contracts",
            f"{ours['megabytes']:.0f} MB",
            f"{small['megabytes']:.0f} MB",
            ours["megabytes"],
            300,
            "MB",
        ),
    ]


def _close_small(bench: Bench) -> dict[str, float]:
    with bench.database() as database:
        bench.run(database, "steps", "seed", SMALL, 1)
        return bench.run(database, "steps", "close")
