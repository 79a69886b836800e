"""The plans of the jobs, lived by two `bulwark jobs run` of the built binary under libfaketime.

The clock is put on each fire time of a list made by other means, a year of them: clocks forward and back, holidays,
half days, the weeks 53 and 1. Each run must take place at its time, once in both processes, and nothing else may run;
its marks carry the date or ISO week of the list, and the store has the bar of each session and never a later one.
"""

import csv
import datetime
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import time

import bar_server
import harness
import publishers_test
from harness import check, wait_until

LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
FIRE_TIMES = pathlib.Path(__file__).parents[2] / "src/jobs/testdata/fire_times.txt"
# Thanksgiving and its half day, the clocks, the turn of the year: 2026-W53, then 2027-W01.
SMALL = (("2026-10-30", "2026-11-03"), ("2026-11-25", "2026-12-02"), ("2026-12-31", "2027-01-10"),
         ("2027-03-12", "2027-03-16"))
YEAR = (("2026-10-24", "2027-11-16"),)


def moment_of(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)


def listed(begin, end):
    fires = [line.split() for line in FIRE_TIMES.read_text().splitlines()]
    return [(moment_of(at), job, label) for at, job, label in fires if begin <= at < end]


class Clock:
    """What the processes take for now; the passing of time stays as it is."""

    def __init__(self, folder):
        self.file = folder / "clock"

    def put(self, moment):
        draft = self.file.with_suffix(".new")
        draft.write_text(f"{moment.timestamp() - time.time():+.3f}\n")
        draft.rename(self.file)

    def environment(self):
        return {"LD_PRELOAD": LIBRARY, "FAKETIME_TIMESTAMP_FILE": str(self.file), "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


class Place:
    def __init__(self, given, folder, redis, publishers):
        self.binary = str(pathlib.Path(given.bulwark).resolve())
        self.root = folder
        self.redis = redis
        self.clock = Clock(folder)
        self.runners = []
        self.environment = os.environ | {"ALPHAVANTAGE_API_KEY": "test-key"}
        self.settings = [f"redis.url=unix://{redis.socket}", f"jobs.source=file:{folder / 'bars.csv'}",
                         "jobs.universe=test", "jobs.overview_limits=100/s", "jobs.lease=30s", "jobs.attempts=1",
                         f"jobs.contact={publishers_test.CONTACT}"]
        self.settings += [f"jobs.{name}_url={publishers.url()}" for name in ("finra", "edgar", "overview")]

    def command(self, *words):
        line = [self.binary, *words, "--data", str(self.root / "data")]
        for setting in self.settings:
            line += ["--set", setting]
        return line

    def prepare(self, begin, end):
        """A member from the first day on, and its bar of every weekday, past and to come."""
        (self.root / "members.csv").write_text(
            f"Symbol,Name,Sector,CIK\nZZZT,Zeta,None,{publishers_test.CIK}\n", encoding="ascii")
        day, last = (datetime.date.fromisoformat(text) for text in (begin, end))
        with open(self.root / "bars.csv", "w", encoding="ascii", newline="") as out:
            rows = csv.writer(out)
            rows.writerow(["timestamp", "symbol", "open", "high", "low", "close", "volume"])
            while day <= last + datetime.timedelta(days=5):
                if day.isoweekday() <= 5:
                    rows.writerow([f"{day}T00:00:00Z", "ZZZT", 10, 12, 9, 11, 1000])
                day += datetime.timedelta(days=1)
        done = subprocess.run(self.command("data", "import", str(self.root / "members.csv"), "--universe", "test"),
                              env=self.environment | self.clock.environment(), capture_output=True, text=True,
                              timeout=60, check=False)
        check(done.returncode == 0, f"import: {done.stdout}{done.stderr}")

    def start(self):
        log = self.root / f"runner{len(self.runners)}.log"
        with open(log, "wb") as out:
            self.runners.append(subprocess.Popen(self.command("jobs", "run"), stdout=out, stderr=out,
                                                 stdin=subprocess.DEVNULL,
                                                 env=self.environment | self.clock.environment()))
        wait_until(lambda: "event=jobs_started" in log.read_text(), 20, f"{log} to start")
        # Its plans begin when it takes its first look.
        wait_until(lambda: self.ask("jobs.db", "SELECT count(*) FROM runners")[0][0] == len(self.runners), 20,
                   f"the first turn of {log}")

    def ask(self, file, text, *values):
        connection = sqlite3.connect(f"file:{self.root / 'data' / file}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(text, values).fetchall()
        finally:
            connection.close()

    def runs(self, since=0):
        return self.ask("jobs.db", "SELECT due_at, job, why, state, attempt, message FROM runs WHERE ended_at > 0 "
                        "AND id > ? ORDER BY id", since)

    def end(self, how=signal.SIGTERM):
        for runner in self.runners:
            runner.send_signal(how)
        codes = [runner.wait(30) for runner in self.runners]
        self.runners = []
        return codes


def check_marks(place, job, label, moment):
    if job == "altdata":
        told = moment_of(place.redis.ask("GET", "jobs:altdata:last_run"))
        check(datetime.timedelta() <= told - moment < datetime.timedelta(minutes=3), f"last_run {told} after {moment}")
        return
    members = place.redis.ask("SMEMBERS", f"jobs:{job}:{label}:done")
    check(members == ["ZZZT"], f"jobs:{job}:{label}:done has {members}")
    if job == "daily_bars":
        newest = place.ask("data.db", "SELECT max(at) FROM bars")[0][0]
        date = datetime.datetime.fromtimestamp(newest / 1e9, datetime.timezone.utc).date()
        check(date.isoformat() == label, f"at {moment} the newest bar is of {date}")


def live(place, begin, end):
    fires = listed(begin, end)
    place.clock.put(moment_of(f"{begin}T05:00:00Z"))
    place.prepare(begin, end)
    place.start()
    place.start()
    seen = len(place.runs())
    for moment, job, label in fires:
        place.clock.put(moment + datetime.timedelta(seconds=1))
        seen += 1
        def ran(count=seen):
            runs = place.runs()
            return runs if len(runs) >= count else None
        runs = wait_until(ran, 150, lambda at=moment, what=job: f"{what} at {at}; there are {place.runs()[-2:]}")
        check(len(runs) == seen, f"more than one run at {moment}: {runs[seen - 1:]}")
        due, *rest = runs[-1]
        wanted = [job, "schedule", "done", 1, ""]
        check(due == int(moment.timestamp()) * 10**9 and rest == wanted,
              f"wanted {wanted} at {moment}, there is {rest} at {due}")
        check_marks(place, job, label, moment)
    place.clock.put(moment_of(f"{end}T05:00:00Z"))
    check(place.end() == [0, 0], "a runner did not end cleanly")
    return fires


def scenario(given, _system, folder):
    redis = bar_server.Redis(folder)
    redis.start()
    publishers = publishers_test.Publishers()
    fires = []
    try:
        for number, (begin, end) in enumerate(YEAR if given.full else SMALL):
            root = folder / f"window{number}"
            root.mkdir()
            redis.ask("FLUSHDB")
            place = Place(given, root, redis, publishers)
            try:
                fires += live(place, begin, end)
            finally:
                place.end(signal.SIGKILL)
    finally:
        publishers.server.shutdown()
        redis.kill()
    weeks = [label for _, job, label in fires if job == "weekly_fundamentals"]
    check("2026-W53" in weeks and "2027-W01" in weeks, f"weeks {weeks}")
    days = sum(job == "daily_bars" for _, job, _ in fires)
    print(f"{len(fires)} runs at their times, once each in two processes: {days} sessions, {len(weeks)} weeks, "
          f"{len(fires) - days - len(weeks)} of altdata")


if __name__ == "__main__":
    if not os.path.exists(LIBRARY):
        sys.exit(f"{LIBRARY} is missing: scripts/setup installs it")
    sys.exit(harness.main(harness.options(__doc__.splitlines()[0]), scenario))
