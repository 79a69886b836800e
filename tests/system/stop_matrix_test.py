"""HALT and kill switch, each written by Redis, CLI, API and straight into the ledger, with Redis alive, frozen and
killed: how long until the gate is closed, and that no order leaves after."""

import contextlib
import datetime
import http.client
import json
import os
import re
import signal
import sqlite3
import sys
import time

import halt_test
import harness
from harness import check, nanos_of, wait_until

SWITCHES = ("halt", "kill")
WRITERS = ("redis", "cli", "api", "ledger")
CONDITIONS = ("alive", "frozen", "killed")
LIMIT_MS = 500.0
# After 20 deaths in a row `up` gives a child up.
DEATHS_MAX = 12
KEYS = {"halt": ("SYSTEM:HALT", "true"), "kill": ("risk:kill_switch", "active")}
CLOSED = re.compile(r"process=trader .*event=gate_closed at=(\S+)")


class Log:
    """The lines that came since the last look."""

    def __init__(self, file):
        self.file, self.place, self.rest = file, file.stat().st_size, ""

    def closings(self):
        """When the gate closed, as often as it was told since the last look."""
        with open(self.file, encoding="utf-8", errors="replace") as log:
            log.seek(self.place)
            text = self.rest + log.read()
            self.place = log.tell()
        lines, _, self.rest = text.rpartition("\n")
        return [nanos_of(found.group(1)) for found in CLOSED.finditer(lines)]


def write_to_redis(system, switch):
    redis = system.redis()
    key, word = KEYS[switch]
    asked_at = time.time_ns()
    redis.call("SET", key, word)
    redis.close()
    return asked_at


def durable_at(system, switch):
    return system.query("ledger.db", "SELECT at FROM switches WHERE which = ? AND is_on <> 0 "
                        "ORDER BY sequence DESC LIMIT 1", switch)[0][0]


def write_by_cli(system, switch):
    done = system.run(switch, "--reason", "matrix", "--no-wait")
    check(done.returncode == 0, f"{switch}: {done.stdout}{done.stderr}")
    return durable_at(system, switch)


def write_by_api(system, switch):
    address = json.loads((system.data / "run" / "api.json").read_text())["url"]
    host, port = re.match(r"http://([\d.]+):(\d+)", address).groups()
    connection = http.client.HTTPConnection(host, int(port), timeout=30)
    connection.request("POST", f"/api/{switch}", json.dumps({"confirmation": switch.upper(), "reason": "matrix"}),
                       {"Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    # 200, or that Redis could not be told; the ledger has it all the same.
    check(answer.status in (200, 502, 503, 504), f"{switch}: {answer.status} {text}")
    return durable_at(system, switch)


def write_into_ledger(system, switch):
    connection = sqlite3.connect(system.data / "ledger.db", timeout=10, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    asked_at = time.time_ns()
    connection.execute("INSERT INTO switches(which, is_on, reason, actor, at) VALUES(?, 1, 'matrix', 'sql', ?)",
                       (switch, asked_at))
    connection.execute("COMMIT")
    connection.close()
    return asked_at


WRITE = {"redis": write_to_redis, "cli": write_by_cli, "api": write_by_api, "ledger": write_into_ledger}


def sent_after(system, switch, closed_at, until):
    """Whatever reached the venue after the gate was closed, but what a HALT itself sells."""
    return system.query("paper.db", "SELECT id, arrived_at FROM orders WHERE arrived_at > ? AND arrived_at < ?"
                        + (" AND reduce_only = 0" if switch == "halt" else ""), closed_at, until)


def release(system, switch):
    """Answers how often it had to be said: when the trader shows a stop after the release began, the
    release takes that for a newer stop and stands back."""
    for times in range(1, 4):
        done = (system.release("matrix") if switch == "kill"
                else system.run("resume", "--confirm", "RESUME", "--reason", "matrix"))
        if "nothing is released" in done.stdout + done.stderr:
            continue
        check(done.returncode == 0, f"release of {switch}: exit code {done.returncode}: {done.stdout}{done.stderr}")
        with contextlib.suppress(harness.Failure):
            system.wait_state("running", 10)
            return times
    raise harness.Failure(f"{switch} came back after three releases; it is {system.state()}")


def stop_once(system, log, cell):
    """Answers the milliseconds from the write to the closed gate, and how often the release was said."""
    switch, writer, condition = cell
    system.wait_orders(1)
    log.closings()
    pid = system.pid("redis")
    if condition == "frozen":
        os.kill(pid, signal.SIGSTOP)
    elif condition == "killed":
        os.kill(pid, signal.SIGKILL)
    try:
        asked_at = WRITE[writer](system, switch)
        closings = wait_until(log.closings, 30, f"a closed gate ({cell})")
    finally:
        if condition == "frozen":
            os.kill(pid, signal.SIGCONT)
    system.wait_state("halted" if switch == "halt" else "killed", 60)
    wait_until(lambda: halt_test.is_recorded(system) or switch == "kill", 30, "the halt in the ledger")
    late = sent_after(system, switch, closings[0], time.time_ns())
    check(not late, f"{cell}: orders left after the gate was closed: {late[:5]}")
    return (closings[0] - asked_at) / 1e6, release(system, switch)


def cells_of(given):
    for condition in given.conditions.split(","):
        for switch in SWITCHES:
            for writer in WRITERS:
                # Who cannot be asked cannot stop anything: then there are the others.
                is_wanted = not given.cells or f"{switch}-{writer}" in given.cells.split(",")
                if is_wanted and (writer != "redis" or condition == "alive"):
                    yield switch, writer, condition


def start(given, system):
    system.start("--replay", given.trades, "--speed", given.speed,
                 settings=["feed.loop=true", "breakers.dead_man=0s"])


def scenario(given, system, folder):
    if not given.replay:
        halt_test.write_waves(given.trades)
    start(given, system)
    log = Log(system.log)
    started = datetime.datetime.now()
    worst = 0.0
    for cell in cells_of(given):
        spans, releases = [], 0
        for trial in range(given.trials):
            if cell[2] == "killed" and trial % DEATHS_MAX == DEATHS_MAX - 1:
                check(system.stop() == 0, "`up` did not end cleanly")
                start(given, system)
            span, times = stop_once(system, log, cell)
            spans.append(span)
            releases += times
        median, p99 = harness.median_and_p99(spans)
        worst = max(worst, p99)
        check(min(spans) > -1.0, f"{cell}: a gate closed before it was asked to: {min(spans)} ms")
        print(f"| {cell[0]} | {cell[1]} | {cell[2]} | {len(spans)} | {median:.2f} | {p99:.2f} | {max(spans):.2f} | 0 | "
              f"{releases - given.trials} |", flush=True)
    check(system.duplicates() == 0, "the venue saw an order twice")
    print(f"{datetime.datetime.now() - started}; verify: {system.verify(attempts=5)}")
    check(system.stop() == 0, "`up` did not end cleanly")
    limit = LIMIT_MS if given.full else 4 * LIMIT_MS
    check(worst <= limit, f"a p99 of {worst:.1f} ms is above {limit} ms")


if __name__ == "__main__":
    GIVEN = harness.options(__doc__, trials=(1, 500), conditions=("alive,frozen,killed", "alive,frozen,killed"),
                            cells=("", ""), speed=("60", "60"))
    sys.exit(harness.main(GIVEN, scenario))
