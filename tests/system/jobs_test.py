"""Jobs of the built binary: when they run, and that no item is done twice or left out.

The fire times of two years come from Python's own time zones and typed holidays. Then two
`bulwark jobs run` share one data folder, and the one that works is frozen by SIGSTOP for longer than
its lease; the store must equal that of one undisturbed run. Those that die: daily_bars_test.py.
"""

import csv
import datetime
import json
import pathlib
import re
import signal
import sqlite3
import subprocess
import sys
import zoneinfo

import harness
from harness import check, wait_until

NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
FIRE_TIMES = pathlib.Path(__file__).parents[2] / "src/jobs/testdata/fire_times.txt"
LEASE = "jobs.lease=1s"


class Folder:
    """A data folder with a Redis of its own, and any number of runners on it."""

    def __init__(self, given, folder, name, bars):
        self.binary = given.bulwark
        self.root = folder / name
        self.root.mkdir()
        socket = self.root / "r.sock"
        self.redis = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", str(socket), "--save", "",
             "--appendonly", "yes", "--maxmemory-policy", "noeviction", "--dir", str(self.root)],
            stdout=subprocess.DEVNULL)
        wait_until(socket.exists, 10, "redis-server")
        self.settings = [f"redis.url=unix://{socket}", f"jobs.source=file:{bars}",
                         "jobs.universe=test", LEASE]
        self.runners = []

    def command(self, *words):
        line = [self.binary, *words, "--data", str(self.root / "data")]
        for setting in self.settings:
            line += ["--set", setting]
        return line

    def ask(self, *words):
        done = subprocess.run(self.command(*words), capture_output=True, text=True, timeout=60,
                              check=False)
        check(done.returncode == 0, f"{words}: {done.returncode} {done.stdout}{done.stderr}")
        return done.stdout

    def start_runner(self):
        log = self.root / f"runner{len(self.runners)}.log"
        with open(log, "wb") as out:
            process = subprocess.Popen(self.command("jobs", "run"), stdout=out, stderr=out,
                                       stdin=subprocess.DEVNULL)
        process.log = log
        self.runners.append(process)
        wait_until(lambda: "event=jobs_started" in log.read_text(), 20, f"{log} to start")
        return process

    def runs(self):
        return json.loads(self.ask("jobs", "history", "--json"))

    def marks(self):
        line = ["redis-cli", "-s", str(self.root / "r.sock"), "--raw"]
        keys = subprocess.run([*line, "--scan", "--pattern", "jobs:daily_bars:*:done"],
                              capture_output=True, text=True, check=True).stdout.split()
        counts = [subprocess.run([*line, "SCARD", key], capture_output=True, text=True,
                                 check=True).stdout for key in keys]
        return sum(int(count) for count in counts)

    def wait_done(self):
        def last():
            runs = self.runs()
            return runs if runs and runs[0]["state"] == "done" else None
        return wait_until(last, 60, lambda: f"a run that is done; there are {self.runs()}")

    def bars(self):
        """What is in the store, without when it was written."""
        return self.ask_sql("SELECT * FROM bars ORDER BY 1, 2, 3")

    def ask_sql(self, text):
        connection = sqlite3.connect(f"file:{self.root / 'data' / 'data.db'}?mode=ro", uri=True)
        try:
            return connection.execute(text).fetchall()
        finally:
            connection.close()

    def end(self):
        for runner in self.runners:
            if runner.poll() is None:
                runner.send_signal(signal.SIGCONT)
                runner.terminate()
                runner.wait(30)
        self.redis.kill()
        self.redis.wait()


def fields(log, event):
    """The logged values of each line of that event."""
    return [dict(re.findall(r"(\w+)=(\S+)", line)) for line in log.read_text().splitlines()
            if f"event={event}" in line]


def check_fire_times(given, folder):
    wanted = [line.split()[0] for line in FIRE_TIMES.read_text().splitlines()
              if line.split()[1] == "daily_bars"]
    text = subprocess.run(
        [given.bulwark, "jobs", "next", "daily_bars", "--from", "2026-01-01", "--count",
         str(len(wanted)), "--data", str(folder / "none")],
        capture_output=True, text=True, check=True, timeout=60).stdout
    walls = [datetime.datetime.strptime(line, "%Y-%m-%d %H:%M").replace(tzinfo=NEW_YORK)
             for line in text.splitlines()]
    found = [wall.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ") for wall in walls]
    check(found == wanted, "the fire times differ from the list")
    return len(wanted)


def write_files(given, folder):
    """Members and their bars of the last weeks: weekdays only, a few symbols of any name."""
    today = datetime.datetime.now(NEW_YORK).date()
    days = [today - datetime.timedelta(days=back) for back in range(22)]
    days = [day for day in days if day.isoweekday() <= 5]
    symbols = [f"Z{number:03}" for number in range(given.symbols)]
    members, bars = folder / "members.csv", folder / "bars.csv"
    with open(members, "w", encoding="ascii", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["Symbol", "Name", "Sector"])
        rows.writerows([symbol, symbol, "None"] for symbol in symbols)
    with open(bars, "w", encoding="ascii", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["timestamp", "symbol", "open", "high", "low", "close", "volume"])
        for symbol in symbols:
            for day in reversed(days):
                rows.writerow([f"{day}T00:00:00Z", symbol, 10, 12, 9, 11, 1000 + day.day])
    return members, bars


def run_undisturbed(here, members):
    here.ask("data", "import", str(members), "--universe", "test")
    here.start_runner()
    here.ask("jobs", "trigger", "daily_bars")
    runs = here.wait_done()
    check(len(runs) == 1, f"one run was wanted: {runs}")
    return runs[0]


def is_locked(file):
    connection = sqlite3.connect(file, timeout=0, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
        return False
    except sqlite3.OperationalError:
        return True
    finally:
        connection.close()


def all_stopped(pid):
    """A thread that runs on another processor goes on for a moment after the signal was sent."""
    threads = pathlib.Path(f"/proc/{pid}/task").glob("*/stat")
    return all(thread.read_text().rsplit(")", 1)[1].split()[0] == "T" for thread in threads)


def freeze_outside_of_commits(here, process):
    """A SQLite file that a frozen process has locked is locked for everybody (docs/jobs.md)."""
    def freeze():
        process.send_signal(signal.SIGSTOP)
        wait_until(lambda: all_stopped(process.pid), 10, "all threads to stop")
        if not any(is_locked(here.root / "data" / name) for name in ("data.db", "jobs.db")):
            return True
        process.send_signal(signal.SIGCONT)
        return False
    wait_until(freeze, 30, "a moment without a lock")


def run_frozen(given, here, members, clean):
    here.ask("data", "import", str(members), "--universe", "test")
    runners = [here.start_runner(), here.start_runner()]
    here.ask("jobs", "trigger", "daily_bars")
    wait_until(lambda: here.marks() >= given.symbols // 10, 60, "a tenth of the items")
    frozen = next(runner for runner in runners if fields(runner.log, "job_run_started"))
    freeze_outside_of_commits(here, frozen)
    before = here.marks()
    check(before < given.symbols, "it was done before it could be frozen")
    runs = here.wait_done()
    frozen.send_signal(signal.SIGCONT)
    woken = wait_until(lambda: fields(frozen.log, "job_run_ended"), 30, "the frozen run to end")[0]

    check([run["state"] for run in runs] == ["done", "lost"], f"runs: {runs}")
    check(runs[0]["trigger"] == "resume", f"runs: {runs}")
    check(woken["state"] == "lost", f"the frozen run ended as {woken}")
    rows = runs[0]["rows"] + int(woken["rows"])
    check(rows == clean["rows"], f"{rows} rows were written, {clean['rows']} are there")
    items = runs[0]["items_done"] + int(woken["done"])
    # The item that was between its commit and its mark when the process froze is looked at again.
    check(given.symbols <= items <= given.symbols + 1, f"{items} items of {given.symbols}")
    return before, runs[0]


def scenario(given, _system, folder):
    print(f"{check_fire_times(given, folder)} fire times are those of the list")
    members, bars = write_files(given, folder)
    places = [Folder(given, folder, name, bars) for name in ("clean", "frozen")]
    try:
        clean = run_undisturbed(places[0], members)
        wanted = places[0].bars()
        check(len(wanted) == clean["rows"] > 0, f"{len(wanted)} bars, the run says {clean['rows']}")
        before, second = run_frozen(given, places[1], members, clean)
        check(places[1].bars() == wanted, "the store after the freeze differs")
        print(f"frozen after {before} of {given.symbols} items; the other process passed over "
              f"{second['items_skipped']} and did {second['items_done']}")
    finally:
        for place in places:
            place.end()


if __name__ == "__main__":
    GIVEN = harness.options(__doc__, symbols=(120, 481))
    sys.exit(harness.main(GIVEN, scenario))
