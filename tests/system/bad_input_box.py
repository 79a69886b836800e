"""What the bad input cases share: data folders, the real binary, and proof that nothing was lost.

A case gets a Box: a data folder with a day's trading in it. It runs the binary there, and says what it
saw. Afterwards every order event, fill and switch turn that was in the ledger before must still be there.
"""

import contextlib
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time

FAST_BARS = ["--set", "bars.interval=1s", "--speed", "20", "--port", "0"]
MAX_SPEED = ["--set", "bars.interval=1s", "--speed", "max", "--port", "0"]
TABLES = ("account", "order_events", "fills", "switches", "anchors")


class Wrong(Exception):
    """The binary did not do what the case demands."""


def demand(is_so, text):
    if not is_so:
        raise Wrong(text)


def until(question, seconds, text):
    """Asks until the answer is true; the answer."""
    deadline = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        demand(time.monotonic() < deadline, f"not within {seconds} s: {text}")
        time.sleep(0.05)


class Ended:
    def __init__(self, code, text):
        self.code = code
        self.text = text

    def expect(self, code, *parts):
        demand(self.code == code, f"exit code {self.code}, not {code}; it said: {self.text[-800:]}")
        for part in parts:
            demand(part in self.text, f"it does not say {part!r}, but: {self.text[-800:]}")
        return self

    def line_with(self, part):
        """The line a person would look for."""
        for line in self.text.splitlines():
            if part in line:
                return line.strip()
        raise Wrong(f"no line says {part!r}: {self.text[-800:]}")


class Running:
    """`bulwark up`, started and trading."""

    def __init__(self, box, process, log_path):
        self.box = box
        self.process = process
        self.log_path = log_path

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def wait_log(self, pattern, seconds=15):
        """The first log line that matches."""
        def find():
            return next((x for x in self.log().splitlines() if re.search(pattern, x)), None)
        return until(find, seconds, f"a log line with {pattern}")

    def redis(self, *args):
        return self.box.run("redis-cli", *args).text.strip()

    def verify(self):
        """The books agree while everything runs; waits for the last write to arrive."""
        deadline = time.monotonic() + 20
        while True:
            ended = self.box.run("ledger", "verify")
            if ended.code == 0:
                return ended
            demand(time.monotonic() < deadline, f"`ledger verify` exits {ended.code}: {ended.text}")

    def page_port(self):
        return int(re.search(r"page: +http://127.0.0.1:(\d+)/", self.log()).group(1))

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(timeout=40)
        demand(code == 0, f"`up` ended with {code}: {self.log()[-800:]}")


class Box:
    def __init__(self, binary, folder):
        self.binary = binary
        self.folder = folder
        self.data = os.path.join(folder, "d")

    def path(self, name, content=None):
        """A file in the box, written when there is content for it."""
        where = os.path.join(self.folder, name)
        if content is not None:
            with open(where, "wb") as file:
                file.write(content if isinstance(content, bytes) else content.encode())
        return where

    def run(self, command, *args, env=None, seconds=30, data=None, stdin=""):
        """Runs `bulwark COMMAND --data D ARGS` to its end."""
        where = data or self.data
        own = ["--data", where] if command != "config" else []
        line = [self.binary, command, *args, *own]
        if command == "redis-cli":  # All after its own flags belongs to redis-cli.
            line = [self.binary, command, "--data", where, *args]
        if command in ("ledger", "keys"):
            line = [self.binary, command, args[0], "--data", where, *args[1:]]
        done = subprocess.run(line, cwd=self.folder, env=clean_environment(env), input=stdin,
                              capture_output=True, text=True, errors="replace", timeout=seconds,
                              check=False)
        return Ended(done.returncode, done.stdout + done.stderr)

    @contextlib.contextmanager
    def up(self, *args, env=None, is_ready=True):
        log_path = os.path.join(self.folder, f"up-{time.monotonic_ns()}.log")
        base = FAST_BARS
        if "--speed=max" in args:
            base, args = MAX_SPEED, [x for x in args if x != "--speed=max"]
        with open(log_path, "wb") as log:
            process = subprocess.Popen(
                [self.binary, "up", "--data", self.data, *base, *args], cwd=self.folder,
                env=clean_environment(env), stdout=log, stderr=log)
        running = Running(self, process, log_path)
        try:
            if is_ready:
                running.wait_log("^page: ")
                running.wait_log("event=trader_started")
            yield running
            if process.poll() is None:
                running.stop()
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(timeout=20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def rows(self):
        """Everything durable in the ledger, by table."""
        file = os.path.join(self.data, "ledger.db")
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as ledger:
            return {t: list(ledger.execute(f"SELECT * FROM {t} ORDER BY 1")) for t in TABLES}


def clean_environment(extra):
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "TMPDIR") if key in os.environ}
    return {**kept, **(extra or {})}


def demand_nothing_lost(before, after):
    for table, rows in before.items():
        kept = after[table][:len(rows)]
        demand(kept == rows, f"rows of {table} that were in the ledger changed or are gone")


class Season:
    """A data folder with real trades in it, from which each case gets a copy."""

    def __init__(self, binary):
        self.binary = binary
        self.folder = tempfile.mkdtemp(prefix="bwbad-", dir="/tmp")
        self.box = Box(binary, os.path.join(self.folder, "season"))
        os.mkdir(self.box.folder)
        with self.box.up() as running:
            until(lambda: len(self.box.rows()["fills"]) >= 3, 60, "three fills")
            running.verify()

    def copy(self, name):
        box = Box(self.binary, os.path.join(self.folder, name))
        os.mkdir(box.folder)
        shutil.copytree(self.box.data, box.data, ignore=shutil.ignore_patterns("*.sock"))
        return box

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def taken_port():
    """A listening socket; close it when done."""
    listener = socket.create_server(("127.0.0.1", 0))
    return listener, listener.getsockname()[1]
