"""kill -9 right before and right after each durable write: nothing is lost, nothing happens twice."""

import datetime
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import time

import by_hand
import harness
import import_test
import postgres
from harness import check

# In ctest; --full takes all of both databases.
SMALL = ("ledger.commit", "venue.commit", "redis.publish")
SMALL_POSTGRES = ("ledger.commit", "spill.append")
AT_FIRST_START = ("sql.create", "sql.migrate", "ledger.account", "ledger.run", "ledger.mode", "journal.segment")
BY_COMMAND = ("ledger.switch", "redis.switch")
BY_HEARTBEAT = ("ledger.breaker",)
BY_REFUSAL = ("ledger.refusal",)
BY_SCOPE = ("ledger.scope",)
BY_APPROVAL = ("ledger.approval",)
BY_SPILL = ("spill.append", "ledger.spill_merge", "spill.drop")
BY_TOOL = ("ledger.restore",)
BY_IMPORT = ("ledger.import",)
BY_REPORT = ("ledger.report",)
BY_DAY_TRADES = ("ledger.day_trades",)
OLD_LEDGER = "sql.backup"


class Box:
    """One system that is killed at one point.

    `up` gives a child up after twenty quick ends, and a server's recovery may outlast those."""

    def __init__(self, given, folder, name, server):
        self.given, self.name, self.server = given, name, server
        self.folder = folder / name.replace(".", "-")
        self.folder.mkdir()
        self.mark = self.folder / "mark"
        self.system = harness.System(pathlib.Path(given.bulwark).resolve(), self.folder / "data")
        self.environment = {}
        if server is not None:
            self.schema = "s" + self.folder.name.replace("-", "_") + "_" + folder.name.replace("-", "_")
            server.sql(f'CREATE SCHEMA "{self.schema}"')
            self.environment["BULWARK_LEDGER_URL"] = server.url(self.schema)

    def arm(self, times=1):
        self.environment["TEST_CRASH_POINT"] = f"{self.name}:{times}"
        self.environment["TEST_CRASH_MARK"] = str(self.mark)

    def disarm(self):
        self.environment.pop("TEST_CRASH_POINT", None)
        os.environ.pop("TEST_CRASH_POINT", None)

    def start(self, wait_state="running"):
        os.environ.update(self.environment)
        self.system.start("--replay", self.given.trades, "--speed", "60",
                          settings=["feed.loop=true", "up.backoff_max=2s"], wait_state=wait_state)

    def wait_crash(self, seconds=60):
        harness.wait_until(self.mark.exists, seconds, f"the crash at {self.name}")

    def wait_trading(self):
        """Back, and orders go out again.

        `up` ends when a child dies before it was ever ready; then a person starts it again."""
        def look():
            state = self.system.state()
            return self.system.up.poll() is not None or (state and state["state"] == "running")
        harness.wait_until(look, 60, "a system that is back, or an `up` that has ended")
        if self.system.up.poll() is not None:
            self.start(wait_state=None)
        self.system.wait_state("running", 60)
        self.system.wait_orders(2)

    def verify(self):
        said = self.system.verify(attempts=5)
        check(self.system.duplicates() == 0, f"the venue saw {self.system.duplicates()} orders twice")
        return said

    def end(self):
        try:
            check(self.system.stop() == 0, "`up` did not end cleanly")
        finally:
            self.system.destroy()
            for key in ("BULWARK_LEDGER_URL", "TEST_CRASH_POINT", "TEST_CRASH_MARK"):
                os.environ.pop(key, None)


def while_trading(box):
    box.arm(times=5)
    box.start(wait_state=None)
    box.wait_crash()
    box.wait_trading()
    return box.verify()


def at_first_start(box):
    box.arm()
    box.start(wait_state=None)
    box.wait_crash()
    box.wait_trading()
    return box.verify()


def by_command(box):
    """A halt whose sender dies: after its commit it is in force, and it can always be repeated."""
    box.start()
    box.system.wait_orders(1)
    box.arm()
    os.environ.update(box.environment)
    died = box.system.run("halt", "--reason", "crash point")
    check(died.returncode == -signal.SIGKILL, f"halt ended with {died.returncode}: {died.stderr}")
    box.disarm()
    if box.name != "ledger.switch.before":
        box.system.wait_state("halted", 30)
    again = box.system.run("halt", "--reason", "again")
    check(again.returncode == 0, f"halt says {again.returncode}: {again.stdout}{again.stderr}")
    box.system.wait_state("halted", 30)
    resumed = box.system.run("resume", "--reason", "on", "--confirm", "RESUME")
    check(resumed.returncode == 0, f"resume says {resumed.returncode}: {resumed.stdout}{resumed.stderr}")
    box.wait_trading()
    return box.verify()


def by_heartbeat(box):
    """A sign of life whose sender dies: it stands or it does not, and can always be repeated."""
    box.start()
    box.system.wait_orders(1)
    before = heartbeats(box)
    box.arm()
    os.environ.update(box.environment)
    died = box.system.run("heartbeat")
    check(died.returncode == -signal.SIGKILL, f"heartbeat ended with {died.returncode}: {died.stderr}")
    box.disarm()
    is_there = box.name.endswith(".after")
    check(heartbeats(box) - before == is_there, f"{heartbeats(box) - before} heartbeats stand")
    again = box.system.run("heartbeat")
    check(again.returncode == 0, f"heartbeat says {again.returncode}: {again.stdout}{again.stderr}")
    box.wait_trading()
    return box.verify()


def by_refusal(box):
    """A release before its time whose sender dies: the switch stays on either way."""
    box.start()
    box.system.wait_orders(1)
    done = box.system.run("kill", "--reason", "crash point")
    check(done.returncode == 0, f"kill says {done.returncode}: {done.stdout}{done.stderr}")
    box.arm()
    os.environ.update(box.environment)
    died = box.system.run("release", "--confirm", "RELEASE")
    check(died.returncode == -signal.SIGKILL, f"release ended with {died.returncode}: {died.stderr}")
    box.disarm()
    check(box.system.state()["state"] == "killed", "a refused release released")
    again = box.system.run("release", "--confirm", "RELEASE")
    check(again.returncode != 0, "a release before its time went through")
    done = box.system.release()
    check(done.returncode == 0, f"release says {done.returncode}: {done.stdout}{done.stderr}")
    box.wait_trading()
    return box.verify()


def by_scope(box):
    """A stop of a symbol whose sender dies: repeated, it stands, and its end lets trading go on."""
    box.start()
    box.system.wait_orders(1)
    box.arm()
    os.environ.update(box.environment)
    died = box.system.run("scope", "set", "--account")
    check(died.returncode == -signal.SIGKILL, f"scope set ended with {died.returncode}: {died.stderr}")
    box.disarm()
    if box.name.endswith(".after"):
        box.system.wait_state("reduce_only", 30)
    again = box.system.run("scope", "set", "--account")
    check(again.returncode == 0, f"scope set says {again.returncode}: {again.stdout}{again.stderr}")
    box.system.wait_state("reduce_only", 30)
    done = box.system.run("scope", "clear", "--account", "--confirm", "RELEASE")
    check(done.returncode == 0, f"scope clear says {done.returncode}: {done.stdout}{done.stderr}")
    box.wait_trading()
    return box.verify()


def by_approval(box):
    """An approval whose sender dies: it stands or it does not, and is given once either way."""
    box.start()
    box.system.wait_orders(1)
    done = box.system.run("mode", "set", "MANUAL_APPROVAL", "--confirm", "MANUAL_APPROVAL")
    check(done.returncode == 0, f"mode set says {done.returncode}: {done.stdout}{done.stderr}")
    box.arm()
    os.environ.update(box.environment)
    died = None
    while died is None or died.returncode != -signal.SIGKILL:
        check(died is None or died.returncode == 1, f"approve ended with {died and died.stderr}")
        proposal = harness.wait_until(lambda: waiting(box), 60, "an order that waits")[0]
        died = box.system.run("approve", proposal)
    box.disarm()
    again = box.system.run("approve", proposal)
    check(again.returncode in (0, 1), f"approve says {again.returncode}: {again.stdout}{again.stderr}")
    check(again.returncode == 1 or not box.name.endswith(".after"), f"approved twice: {again.stdout}")
    done = box.system.run("mode", "set", "PAPER_ONLY")
    check(done.returncode == 0, f"mode set says {done.returncode}: {done.stdout}{done.stderr}")
    box.wait_trading()
    return box.verify()


def waiting(box):
    listed = box.system.run("approvals", "list", "--json")
    check(listed.returncode == 0, f"approvals list: {listed.stderr}")
    return [row["id"] for row in json.loads(listed.stdout) if row["status"] == "PENDING"]


def heartbeats(box):
    text = "SELECT count(*) FROM breaker_events WHERE event = 'heartbeat'"
    if box.server is not None:
        return int(box.server.sql(text.replace("breaker_events", f'"{box.schema}".breaker_events')))
    return box.system.query("ledger.db", text)[0][0]


def take_ledger_away(box):
    """Answers what gives it back."""
    if box.server is not None:
        box.server.stop(signal.SIGQUIT)
        return box.server.start
    holder = sqlite3.connect(box.system.data / "ledger.db", timeout=30, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    def give_back():
        holder.execute("ROLLBACK")
        holder.close()
    return give_back


def by_spill(box):
    """The ledger goes away under load, the trader dies with its spill, the ledger comes back."""
    box.arm()
    box.start()
    box.system.wait_orders(2)
    spill = box.system.data / "spill.journal"
    give_back = take_ledger_away(box)
    if box.name.startswith("spill.append"):
        box.wait_crash()
        give_back()
    else:
        harness.wait_until(spill.exists, 60, "a spill")
        give_back()
        box.wait_crash()
    box.wait_trading()
    check(not spill.exists(), "the spill is still there")
    return box.verify()


def by_tool(box):
    """Restoring an export of a system that traded, twice: the first one dies."""
    box.start()
    box.system.wait_orders(3)
    check(box.system.stop() == 0, "`up` did not end cleanly")
    export, copy = box.folder / "books.jsonl", box.folder / "copy.jsonl"
    done = box.system.run("ledger", "export", str(export))
    check(done.returncode == 0, f"export says {done.returncode}: {done.stderr}")
    if box.server is not None:
        box.server.sql('CREATE SCHEMA IF NOT EXISTS "target"')
        box.environment["BULWARK_LEDGER_URL"] = box.server.url("target")
    other = harness.System(box.system.binary, box.folder / "other")
    box.arm()
    os.environ.update(box.environment)
    died = other.run("ledger", "restore", str(export))
    check(died.returncode == -signal.SIGKILL, f"restore ended with {died.returncode}: {died.stderr}")
    box.disarm()
    again = other.run("ledger", "restore", str(export))
    is_there = box.name.endswith(".after")
    check((again.returncode != 0) == is_there, f"restore again says {again.returncode}: {again.stderr}")
    check(other.run("ledger", "export", str(copy)).returncode == 0, "export of the copy failed")
    check(copy.read_bytes() == export.read_bytes(), "the restored ledger is not the same")
    if box.server is not None:
        box.server.sql('DROP SCHEMA "target" CASCADE')
    return f"{len(export.read_bytes().splitlines())} lines, the same"


def by_import(box):
    """Books taken over from another program, by an import that dies; then trading goes on from them."""
    dump = import_test.write_dump(box.folder / "old.txt",
                                  [("oms:portfolio", import_test.portfolio(5_000_000.25, {}))])
    box.arm()
    os.environ.update(box.environment)
    died = box.system.run("import", "--file", dump)
    check(died.returncode == -signal.SIGKILL, f"import ended with {died.returncode}: {died.stderr}")
    box.disarm()
    is_there = box.name.endswith(".after")
    again = box.system.run("import", "--file", dump)
    check(again.returncode == (3 if is_there else 0), f"import again says {again.returncode}: {again.stderr}")
    box.start()
    box.system.wait_orders(2)
    return box.verify()


def with_old_ledger(box):
    """A ledger of version 1 comes forward with one whole copy of it beside."""
    if box.server is not None:
        return "SQLite only: PostgreSQL copies inside the migration"
    box.system.data.mkdir()
    old = sqlite3.connect(box.system.data / "ledger.db")
    old.executescript((pathlib.Path(__file__).parent / "ledger_v1.sql").read_text())
    old.close()
    box.arm()
    box.start(wait_state=None)
    box.wait_crash()
    box.wait_trading()
    copies = list(box.system.data.glob("ledger.db.v1-*.bak"))
    check(copies, "no copy was made")
    for copy in copies:
        version = sqlite3.connect(copy).execute("SELECT max(version) FROM schema_version").fetchone()
        check(version == (1,), f"{copy.name} has version {version}")
    return box.verify()


def cash_is_moved(box):
    """While everything is stopped; the next start only reduces and proposes to book it."""
    check(box.system.stop() == 0, "`up` did not end cleanly")
    by_hand.move_balances(box.system, -by_hand.RAW)
    box.start("reduce_only")

    def is_proposed():
        shown = box.system.run("reconcile", "show").stdout
        return "proposed: book cash -1\n" in shown and "     open\n" in shown
    harness.wait_until(is_proposed, 60, "a report that proposes to book the cash")


def accept(box, code):
    done = box.system.run("reconcile", "accept", "all", "--confirm", "ACCEPT")
    check(done.returncode == code, f"accept says {done.returncode}: {done.stdout}{done.stderr}")


def by_report(box):
    """Killed at the first report, then whoever accepts one, then at what became of that."""
    at_first_start(box)
    box.disarm()
    cash_is_moved(box)
    box.mark.unlink()
    box.arm()
    os.environ.update(box.environment)
    accept(box, -signal.SIGKILL)
    box.disarm()
    is_decided = box.name.endswith(".after")
    if not is_decided:
        check(box.system.state()["state"] == "reduce_only", "booked what nobody accepted")
        accept(box, 0)
    box.wait_trading()
    accept(box, 1)  # Nothing is left to accept.

    cash_is_moved(box)
    check(box.system.stop() == 0, "`up` did not end cleanly")
    box.mark.unlink()
    box.arm(times=2)  # The start's report is the first one.
    box.start("reduce_only")
    box.disarm()
    done = box.system.run("reconcile", "accept", "all", "--confirm", "ACCEPT", "--no-wait")
    check(done.returncode == 0, f"accept says {done.returncode}: {done.stdout}{done.stderr}")
    box.wait_crash()
    box.wait_trading()
    said = box.verify()
    return f"{said}, cash booked {booked(box)} times"


def by_day_trades(box):
    """Somebody told a day trade in Redis; the trader that finds it dies at its start."""
    box.start()
    box.system.wait_orders(1)
    today = datetime.datetime.now(datetime.timezone.utc).date()
    member = json.dumps({"symbol": "TSLA", "date": today.isoformat(), "recorded_at": f"{today}T15:00:00Z"})
    redis = box.system.redis()
    redis.call("ZADD", "risk:pdt:trades", str(today.toordinal()), member)
    redis.close()
    check(box.system.stop() == 0, "`up` did not end cleanly")
    box.arm()
    box.start(wait_state=None)
    box.wait_crash()
    box.wait_trading()
    if box.server is None:
        kept = box.system.query("ledger.db", "SELECT member FROM foreign_day_trades")
        check(kept == [(member,)], f"the ledger keeps {kept}")
    return box.verify()


def booked(box):
    """Each acceptance once, whoever died."""
    text = "SELECT count(*), sum(cash) FROM adjustments"
    if box.server is not None:
        count, cash = box.server.sql(text.replace("adjustments", f'"{box.schema}".adjustments')).split("|")
    else:
        count, cash = box.system.query("ledger.db", text)[0]
    check((int(count), int(cash)) == (2, -2 * by_hand.RAW), f"booked {count} times, {cash} in all")
    return int(count)


def driver_of(point):
    for points, driver in ((AT_FIRST_START, at_first_start), (BY_COMMAND, by_command),
                           (BY_HEARTBEAT, by_heartbeat), (BY_REFUSAL, by_refusal), (BY_SCOPE, by_scope),
                           (BY_APPROVAL, by_approval),
                           (BY_SPILL, by_spill), (BY_TOOL, by_tool),
                           (BY_IMPORT, by_import), (BY_REPORT, by_report), (BY_DAY_TRADES, by_day_trades),
                           ((OLD_LEDGER,), with_old_ledger)):
        if point in points:
            return driver
    return while_trading


def kill_at(given, folder, point, server, results):
    for side in ("before", "after"):
        name = f"{point}.{side}"
        place = "PostgreSQL" if server is not None else "SQLite"
        box = Box(given, folder, name, server)
        started = time.monotonic()
        try:
            said = driver_of(point)(box)
            if box.system.up is not None:
                box.end()
        except BaseException:
            print(harness.last_lines(box.system.log_text(), 25))
            raise
        finally:
            box.system.destroy()
            box.disarm()
            os.environ.pop("BULWARK_LEDGER_URL", None)
        took = time.monotonic() - started
        results[name, place] = f"{said}, {took:.1f} s"
        print(f"{place}: {name}: {said} ({took:.1f} s)", flush=True)


def write_report(file, names, results):
    """The page docs/crash-points-run.md."""
    kills = sum(not said.startswith("SQLite only") for said in results.values())
    rows = [f"| `{name}.{side}` | {results.get((f'{name}.{side}', 'SQLite'), '-')} "
            f"| {results.get((f'{name}.{side}', 'PostgreSQL'), '-')} |"
            for name in names for side in ("before", "after")]
    pathlib.Path(file).write_text("\n".join([
        "# The last run over all crash points", "",
        "<!-- Written by `tests/system/crash_points_test.py --full --report docs/crash-points-run.md`. -->", "",
        "The process was killed with SIGKILL at each of them ([crash-points.md](crash-points.md)), came back and",
        "went on trading; then its books were recomputed. Each row below passed: 0 differences between ledger,",
        f"Redis and venue, 0 orders seen twice by the venue. {kills} kills.", "",
        "| killed at | SQLite | PostgreSQL |", "| --- | --- | --- |", *rows, ""]))


def scenario(given, system, folder):
    names = subprocess.run([given.bulwark, "ledger", "crash-points", "--names"], check=True,
                           capture_output=True, text=True).stdout.split()
    points = given.only.split(",") if given.only else None
    sqlite_points = points or (names if given.full else SMALL)
    postgres_points = points or (names if given.full else SMALL_POSTGRES)
    results = {}
    (folder / "sqlite").mkdir()
    (folder / "postgres").mkdir()
    for point in sqlite_points:
        kill_at(given, folder / "sqlite", point, None, results)
    server = postgres.Server()
    try:
        server.start()
        for point in postgres_points:
            kill_at(given, folder / "postgres", point, server, results)
    finally:
        server.destroy()
    if given.report:
        write_report(given.report, sqlite_points, results)


if __name__ == "__main__":
    GIVEN = harness.options(__doc__, only=("", ""), report=("", ""))
    sys.exit(harness.main(GIVEN, scenario))
