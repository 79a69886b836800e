#!/usr/bin/env python3
"""How long a start takes, and what it needs, with many orders in the ledger.

Fills a ledger (bench/ledger_filler.cc), starts the real system on it with `bulwark up`, and measures
from there, and from the start of the trader's own process, to the trader's first heartbeat in Redis."""

import argparse
import datetime
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "system"))
import harness  # noqa: E402
import postgres  # noqa: E402

SETTINGS = ["account.initial_cash=100000"]


def status(pid, name):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"{name}:\s+(\d+)", text).group(1)) / 1024


def process_age(pid):
    """Seconds since the process was started."""
    ticks = int(pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


def heartbeat(system, after):
    """The trader's heartbeat if it is of this start."""
    try:
        connection = system.redis()
    except (OSError, ValueError, harness.resp.RespError):
        return None
    try:
        text = connection.call("GET", "SYSTEM:HEARTBEAT") or ""
        said = re.search(r"\d{4}-\d\d-\d\dT[\d:.]+", str(text))
        return said is not None and said.group(0) > after
    except (OSError, harness.resp.RespError):
        return None
    finally:
        connection.close()


def measure(system):
    started = time.monotonic()
    moment = datetime.datetime.now(datetime.timezone.utc).isoformat()[:23]
    system.start(settings=SETTINGS, wait_state=None)
    harness.wait_until(lambda: heartbeat(system, moment), 120, "a heartbeat")
    whole = time.monotonic() - started
    pid = system.pid("trader")
    own = process_age(pid)
    memory, peak = status(pid, "VmRSS"), status(pid, "VmHWM")
    state = system.wait_state("running", 60)
    ready = time.monotonic() - started
    harness.check(system.stop() == 0, "`up` did not end cleanly")
    return {"heartbeat": whole, "trader": own, "running": ready, "rss": memory, "peak": peak,
            "epoch": state["epoch"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default=str(ROOT / "build" / "release"))
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--starts", type=int, default=3)
    parser.add_argument("--postgres", action="store_true", help="the ledger on a private server")
    given = parser.parse_args()
    build = pathlib.Path(given.build).resolve()
    with tempfile.TemporaryDirectory(prefix="bulwark-restart-") as name:
        folder = pathlib.Path(name)
        server = postgres.Server() if given.postgres else None
        system = harness.System(build / "bulwark", folder / "data")
        system.data.mkdir()
        system.data.chmod(0o700)
        place = str(system.data / "ledger.db")
        try:
            if server is not None:
                server.start()
                server.sql("CREATE SCHEMA restart")
                place = server.url("restart")
                os.environ["BULWARK_LEDGER_URL"] = place
            began = time.monotonic()
            subprocess.run([build / "ledger_filler", place, str(given.orders)], check=True)
            print(f"{given.orders} orders filled in {time.monotonic() - began:.0f} s, load "
                  f"{os.getloadavg()[0]:.1f}", flush=True)
            for _ in range(given.starts):
                found = measure(system)
                print(f"first heartbeat {found['heartbeat']:.2f} s after `up`, {found['trader']:.2f} s "
                      f"after the trader's process; running after {found['running']:.2f} s; "
                      f"VmRSS {found['rss']:.0f} MiB, peak {found['peak']:.0f} MiB", flush=True)
        finally:
            system.destroy()
            if server is not None:
                server.destroy()


if __name__ == "__main__":
    main()
