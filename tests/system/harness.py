"""Starts whole systems in folders of their own, asks them, breaks them, and stops them again.

Nothing here sleeps to be in step: waits poll a condition until it holds or its deadline fails the test. Who
needs a random moment at which to break something, or an outage of some length, says so with linger(); no
outcome may depend on how long that is.
"""

import argparse
import contextlib
import datetime
import json
import os
import pathlib
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

import resp

POLL_SECONDS = 0.004


class Failure(Exception):
    """What the test found wrong."""


def check(condition, text):
    if not condition:
        raise Failure(text)


def wait_until(condition, seconds, what):
    """The first true answer of `condition`; a Failure naming `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise Failure(f"waited {seconds} s for: {what() if callable(what) else what}")
        time.sleep(POLL_SECONDS)


def linger(seconds):
    """Lets the system go on for a while, to meet it elsewhere than where the last wait left it."""
    time.sleep(seconds)


def nanos_of(iso):
    """UTC nanoseconds of an ISO time with offset, without the rounding of floats."""
    moment = datetime.datetime.fromisoformat(iso)
    span = moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return (span.days * 86_400 + span.seconds) * 1_000_000_000 + span.microseconds * 1_000


def median_and_p99(values):
    ordered = sorted(values)
    return ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, (len(ordered) * 99) // 100)]


def last_lines(text, count):
    return "\n".join(text.splitlines()[-count:]) + "\n"


def is_alive(pid):
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def write_trades(file, symbols=("BTCUSDT", "ETHUSDT", "SOLUSDT"), seconds=1_800, seed=11,
                 gap_seconds=0):
    """A recording with waves wide enough that both strategies trade.

    After each minute come `gap_seconds` of silence."""
    chance = random.Random(seed)
    prices = {symbol: 60_000.0 / 20**i for i, symbol in enumerate(symbols)}
    start = datetime.datetime(2026, 1, 5, tzinfo=datetime.timezone.utc)
    with open(file, "w", encoding="ascii") as out:
        out.write("timestamp,symbol,price,size,side,trade_id,event_time,local_time\n")
        number = 0
        for step in range(seconds * 4):
            moment = start + datetime.timedelta(milliseconds=250 * step,
                                                seconds=step // 240 * gap_seconds)
            text = moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
            for symbol in symbols:
                number += 1
                drift = 0.0004 if (step // 160) % 2 == 0 else -0.0004
                prices[symbol] *= 1 + drift * chance.random() + chance.gauss(0, 0.0003)
                side = "BUY" if chance.random() < 0.5 else "SELL"
                out.write(f"{text},{symbol},{prices[symbol]:.2f},{chance.randint(1, 400) / 100:.2f},"
                          f"{side},{number},{text},{text}\n")


PAGE_LINE = "page:   "
# Many orders in little time: what paces them is tested elsewhere.
WIDE_LIMITS = ("risk.max_position_pct=25", "risk.max_daily_trades=0",
               "risk.max_entries_per_candle=0", "risk.duplicate_window=0s",
               "risk.messages_per_second=10000", "risk.messages_per_minute=10000",
               "risk.strategy_messages_per_minute=10000")


class System:
    """One `bulwark up` on a data folder of its own."""

    # So many trips a second, through waves so high, on a machine so busy, that losses and slow answers are
    # everyday: their breakers have tests of their own.
    # The end of a halt lets trading go on at once: its kill switch has a test of its own.
    LOAD = ("breakers.consecutive_losses=0", "breakers.drawdown_pct=0", "breakers.daily_loss_pct=0",
            "breakers.latency=0s", "halt.sets_kill=false", "bars.interval=1s", "risk.entry_cooldown=0s",
            "strategy.ema_cross.fast=3", "strategy.ema_cross.slow=7", "strategy.mean_reversion.period=8",
            "strategy.mean_reversion.rsi_period=5", "strategy.mean_reversion.deviations=1",
            "account.initial_cash=100000000", *WIDE_LIMITS, "up.backoff_min=20ms", "up.backoff_max=200ms")

    def __init__(self, binary, data):
        self.binary = str(binary)
        self.data = pathlib.Path(data)
        self.up = None
        self.epoch_seen = 0
        self.redis_port = None  # Of a server that is not the private one.
        self.log = self.data.with_suffix(".log")
        self.settings = list(self.LOAD)

    # Running it.

    def start(self, *arguments, settings=(), wait_state="running"):
        self.settings = list(self.LOAD) + list(settings)
        command = [self.binary, "up", "--data", str(self.data), "--port", "0", *arguments]
        for setting in self.settings:
            command += ["--set", setting]
        pages = self.log_text().count(PAGE_LINE)
        with open(self.log, "ab") as out:
            self.up = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
        if wait_state:
            # Redis still shows the state of the last run until the new one has written its own.
            self.wait_state(wait_state, 60, epoch_above=self.epoch_seen)
            # Until `up` has started the last child, the end of one of them ends all.
            wait_until(lambda: self.log_text().count(PAGE_LINE) > pages, 30, "the address of a page")

    def stop(self, seconds=40):
        """SIGTERM; answers the exit code."""
        if self.up is None:
            return None
        self.up.send_signal(signal.SIGTERM)
        code = self.up.wait(seconds)
        self.up = None
        return code

    def destroy(self):
        """For the end, whatever happened: nothing of it may live on."""
        pids = self.processes()
        if self.up is not None and self.up.poll() is None:
            for pid in pids.values():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
            self.up.send_signal(signal.SIGTERM)
            try:
                self.up.wait(40)
            except subprocess.TimeoutExpired:
                self.up.kill()
                self.up.wait()
        for pid in self.processes().values():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def processes(self):
        """Role to pid of every child that `up` started and that lives, by the log of `up`."""
        started = re.findall(r"event=child_started child=(\w+) pid=(\d+)", self.log_text())
        return {role: int(pid) for role, pid in started if is_alive(int(pid))}

    def pid(self, role, seconds=30):
        return wait_until(lambda: self.processes().get(role), seconds, f"a process {role}")

    def kill_trader(self, wait_state="running"):
        """kill -9; back when a new run has said `wait_state`."""
        old, epoch = self.pid("trader"), self.state()["epoch"]
        os.kill(old, signal.SIGKILL)
        self.wait_trader_back(old, epoch, wait_state)

    def wait_trader_back(self, old_pid, epoch, wait_state="running"):
        wait_until(lambda: self.processes().get("trader") not in (None, old_pid), 60, "a new trader")
        return self.wait_state(wait_state, 60, epoch_above=epoch)

    # Asking it.

    def redis(self, timeout=5.0):
        if self.redis_port:
            return resp.Connection.over_tcp("127.0.0.1", self.redis_port, timeout)
        run = json.loads((self.data / "run" / "redis.json").read_text())
        password = pathlib.Path(run["password_file"]).read_text().strip()
        return resp.Connection(run["socket"], run["user"], password, timeout)

    def run(self, *words, stdin=None, seconds=60):
        command = [self.binary, *words, "--data", str(self.data)]
        return subprocess.run(command, input=stdin, capture_output=True, text=True,
                              timeout=seconds, check=False)

    def release(self, reason="system test"):
        """`bulwark release` without its cooldown."""
        return self.run("release", "--confirm", "RELEASE", "--reason", reason, "--set", "kill.cooldown=0s")

    def state(self):
        """SYSTEM:STATE, or nothing while it cannot be read."""
        try:
            connection = self.redis()
        except (OSError, ValueError, resp.RespError):
            return None
        try:
            text = connection.call("GET", "SYSTEM:STATE")
            return json.loads(text) if text else None
        except (OSError, resp.RespError):
            return None
        finally:
            connection.close()

    def wait_state(self, name, seconds=30, epoch_above=0):
        def look():
            state = self.state()
            is_it = state and state["state"] == name and state["epoch"] > epoch_above
            if is_it:
                self.epoch_seen = max(self.epoch_seen, state["epoch"])
            return state if is_it else None
        try:
            return wait_until(look, seconds, f"SYSTEM:STATE {name} with an epoch above {epoch_above}")
        except Failure as failure:
            raise Failure(f"{failure}; it is {self.state()}") from None

    def query(self, file, text, *values):
        connection = sqlite3.connect(f"file:{self.data / file}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(text, values).fetchall()
        finally:
            connection.close()

    def try_lock_ledger(self):
        """Whether nobody is in the middle of a commit."""
        connection = sqlite3.connect(self.data / "ledger.db", timeout=0, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
            return True
        except sqlite3.OperationalError:
            return False
        finally:
            connection.close()

    def order(self, order_id):
        """The ledger's last word on an order, as a dictionary; empty when it has none."""
        names = ("status", "quantity", "filled_quantity", "cancel_requested", "external_id",
                 "reserved_cash_remaining", "reserved_quantity_remaining", "reason")
        rows = self.query("ledger.db", f"SELECT {', '.join(names)} FROM orders WHERE order_id = ?",
                          order_id)
        return dict(zip(names, rows[0])) if rows else {}

    def venue_order(self, order_id):
        """(status, filled) of an order at the venue; None when it never arrived."""
        rows = self.query("paper.db", "SELECT status, filled FROM orders WHERE id = ?", order_id)
        return rows[0] if rows else None

    def orders_sent(self):
        return self.query("paper.db", "SELECT orders_seen FROM account")[0][0]

    def wait_orders(self, more, seconds=60):
        target = self.orders_sent() + more
        wait_until(lambda: self.orders_sent() >= target, seconds, f"{more} more orders")

    def duplicates(self):
        return self.query("paper.db", "SELECT duplicates FROM account")[0][0]

    def verify(self, attempts=1):
        """`bulwark ledger verify`: anything but 0 is a Failure with what it said."""
        for attempt in range(attempts):
            done = self.run("ledger", "verify")
            if done.returncode == 0:
                return done.stdout.strip().splitlines()[-1]
            if "the books moved" not in done.stdout or attempt + 1 == attempts:
                raise Failure(f"ledger verify says {done.returncode}: {last_lines(done.stdout, 12)}{done.stderr}")
        return ""

    def keys_check(self):
        done = self.run("keys", "check")
        check(done.returncode == 0, f"keys check: {done.stdout}{done.stderr}")
        return done.stdout.strip().splitlines()[-1]

    def log_text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""


def options(purpose, **sizes):
    """The command line of one driver: --bulwark, --full, and its sizes (small, full)."""
    parser = argparse.ArgumentParser(description=purpose)
    parser.add_argument("--bulwark", default=os.environ.get("BULWARK_BINARY"),
                        help="the binary under test (or BULWARK_BINARY)")
    parser.add_argument("--full", action="store_true", help="the size of the proofs, not of CI")
    parser.add_argument("--replay", help="a recording of trades; default: a generated one")
    parser.add_argument("--keep", action="store_true", help="keep the folder")
    parser.add_argument("--seed", type=int, default=1)
    for name, (small, full) in sizes.items():
        parser.add_argument(f"--{name}", type=type(full), help=f"default {small}, full {full}")
    given = parser.parse_args()
    if not given.bulwark or not os.access(given.bulwark, os.X_OK):
        parser.error("--bulwark or BULWARK_BINARY must name the built binary")
    for name, (small, full) in sizes.items():
        if getattr(given, name) is None:
            setattr(given, name, full if given.full else small)
    return given


def main(given, scenario):
    """Runs scenario(given, system, folder); answers the exit code, and leaves nothing running."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="bulwark-system-"))
    # A recording of the caller's, or one for everybody.
    given.trades = given.replay or str(folder / "trades.csv")
    if not given.replay:
        write_trades(given.trades)
    system = System(pathlib.Path(given.bulwark).resolve(), folder / "data")
    started = time.monotonic()
    code = 1
    try:
        scenario(given, system, folder)
        code = 0
    except (Failure, subprocess.TimeoutExpired, OSError, resp.RespError, sqlite3.Error) as failure:
        print(f"FAILED: {type(failure).__name__}: {failure}")
        with contextlib.suppress(OSError):
            print("the log ends with:\n" + last_lines(system.log_text(), 25))
    finally:
        system.destroy()
        if given.keep or (code != 0 and given.full):
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"{'ok' if code == 0 else 'FAILED'} after {time.monotonic() - started:.1f} s", flush=True)
    return code


if __name__ == "__main__":
    sys.exit("this is a library; run one of the drivers beside it")
