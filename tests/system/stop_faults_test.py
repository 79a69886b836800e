"""Whatever happens to Redis, to the ledger or to the trader: a stop stays in force and is shown again, and no fault
opens a window in which entries leave that nobody has proven to be allowed."""

import contextlib
import os
import pathlib
import signal
import socket
import sqlite3
import subprocess
import sys
import time

import harness
import resp
import stop_matrix_test
from harness import check, wait_until

KEYS = {"halt": ("SYSTEM:HALT", "true", "false"), "kill": ("risk:kill_switch", "active", "inactive")}
STATE = {"halt": "halted", "kill": "killed"}
# An order that was let go before may still be on its way to the venue.
GRACE_NS = 250_000_000


class Pair:
    """A primary, its replica and a Sentinel; the address of the trader is a name that leads to the primary."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.ports = [self._free_port() for _ in range(3)]
        self.processes = [None, None, None]

    @staticmethod
    def _free_port():
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            return found.getsockname()[1]

    def start(self):
        for place, more in ((0, []), (1, ["--replicaof", "127.0.0.1", str(self.ports[0])])):
            folder = self.folder / str(place)
            folder.mkdir()
            self._run(place, ["redis-server", "--port", str(self.ports[place]), "--bind", "127.0.0.1", "--dir",
                              str(folder), "--save", "", "--repl-diskless-sync-delay", "0", *more])
        wait_until(lambda: self._says(1, "replication", "master_link_status:up"), 30, "a replica")
        config = self.folder / "sentinel.conf"
        config.write_text(f"port {self.ports[2]}\nbind 127.0.0.1\ndir {self.folder}\n"
                          f"sentinel monitor pair 127.0.0.1 {self.ports[0]} 1\n"
                          "sentinel down-after-milliseconds pair 1000\nsentinel failover-timeout pair 5000\n")
        self._run(2, ["redis-server", str(config), "--sentinel"])
        wait_until(lambda: self._says(2, "sentinel", "slaves=1"), 60, "a Sentinel that knows the replica")

    def _says(self, place, section, words):
        with contextlib.suppress(OSError, resp.RespError):
            return words in self.call(place, "INFO", section)
        return False

    def _run(self, place, command):
        with open(self.folder / f"{place}.log", "wb") as log:
            self.processes[place] = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def call(self, place, *words):
        connection = resp.Connection.over_tcp("127.0.0.1", self.ports[place])
        try:
            return connection.call(*words)
        finally:
            connection.close()

    def lose_what_is_written_now(self):
        """From now on nothing reaches the replica."""
        self.call(0, "ACL", "SETUSER", "default", "-psync", "-sync")
        self.call(0, "CLIENT", "KILL", "TYPE", "replica")

    def fail_over(self):
        """The primary dies; Sentinel makes the replica the new one. Answers its port."""
        self.processes[0].kill()
        self.processes[0].wait()
        wait_until(lambda: self._says(1, "replication", "role:master"), 60, "a promoted replica")
        return self.ports[1]

    def destroy(self):
        for process in self.processes:
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()


def set_stop(system, switch):
    done = system.run(switch, "--reason", "fault", "--no-wait")
    check(done.returncode == 0, f"{switch}: {done.stdout}{done.stderr}")
    system.wait_state(STATE[switch], 60)


def end_stop(system, switch):
    done = (system.release("fault") if switch == "kill"
            else system.run("resume", "--confirm", "RESUME", "--reason", "fault"))
    check(done.returncode == 0, f"release of {switch}: {done.stdout}{done.stderr}")
    system.wait_state("running", 60)


def entries_since(system, since, until=None):
    return system.query("paper.db", "SELECT id, arrived_at FROM orders WHERE reduce_only = 0 AND arrived_at > ? AND "
                        "arrived_at < ?", since, until or time.time_ns())


def is_shown(system, switch):
    key, word, _ = KEYS[switch]
    with contextlib.suppress(OSError, resp.RespError, ValueError):
        redis = system.redis(timeout=1.0)
        try:
            return redis.call("GET", key) == word
        finally:
            redis.close()
    return False


def told(name, switch, milliseconds, entries, what):
    print(f"| {name} | {switch} | {milliseconds:.0f} | {entries} | {what} |", flush=True)


def under_a_stop(system, switch, name, fault):
    """The stop was set; `fault` happens; afterwards it is in force and shown again, and nothing was sent."""
    set_stop(system, switch)
    began = time.time_ns()
    fault(system, switch)
    wait_until(lambda: is_shown(system, switch), 60, f"{KEYS[switch][0]} shown again after: {name}")
    took = (time.time_ns() - began) / 1e6
    system.wait_state(STATE[switch], 60)
    sent = entries_since(system, began)
    check(not sent, f"{name} under {switch}: entries left: {sent[:5]}")
    told(name, switch, took, 0, "the stop is shown again")
    end_stop(system, switch)
    system.wait_orders(1)


def with_redis(system, *commands):
    redis = system.redis()
    try:
        for command in commands:
            redis.call(*command)
    finally:
        redis.close()


def flushed(system, switch):
    with_redis(system, ("FLUSHALL",))


def evicted(system, switch):
    with_redis(system, ("DEL", KEYS[switch][0]))


def become_list(system, *switches):
    keys = [KEYS[switch][0] for switch in switches]
    with_redis(system, ("MULTI",), *[("DEL", key) for key in keys], *[("LPUSH", key, "x") for key in keys], ("EXEC",))


def of_another_type(system, switch):
    become_list(system, switch)


def corrupt(system, switch):
    with_redis(system, ("SET", KEYS[switch][0], "maybe"))


def rebooted(system, switch):
    """Everything dies at once, as when the machine loses power, and begins again."""
    for pid in [system.up.pid, *system.processes().values()]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    system.up.wait()
    system.up = None
    wait_until(lambda: not system.processes(), 30, "the end of all processes")
    system.start(*system.replay, settings=SETTINGS, wait_state=STATE[switch])


def trader_killed(system, switch):
    system.kill_trader(STATE[switch])


def while_running(system, name, fault, mended):
    """No stop; the proof that entries need goes away; none leaves until it is back."""
    system.wait_orders(1)
    began = time.time_ns()
    fault()
    mended_at = mended()
    sent = entries_since(system, began + GRACE_NS, mended_at)
    check(not sent, f"{name}: entries left without a proof: {sent[:5]}")
    tried = time.time_ns()
    system.wait_state("running", 60)
    back = (time.time_ns() - tried) / 1e6
    newest = time.time_ns()
    wait_until(lambda: entries_since(system, newest), 60, f"entries again after: {name}")
    told(name, "-", back, 0, "entries again, by itself")


def unreadable(system):
    """Both keys become lists: nobody knows what was meant, so it is a stop, until a person ends it."""
    system.wait_orders(1)
    began = time.time_ns()
    become_list(system, *KEYS)
    system.wait_state("halted", 30)
    took = (time.time_ns() - began) / 1e6
    wait_until(lambda: all(is_shown(system, switch) for switch in KEYS), 30, "both stops in Redis")
    sent = entries_since(system, began + GRACE_NS)
    check(not sent, f"keys of a foreign type: entries left: {sent[:5]}")
    told("both keys of a foreign type", "none", took, 0, "taken for both stops")
    done = system.run("resume", "--confirm", "RESUME", "--reason", "fault")
    check(done.returncode == 0, f"resume: {done.stdout}{done.stderr}")
    system.wait_state("killed", 60)
    end_stop(system, "kill")


def ledger_locked(system, seconds):
    """Somebody else holds the ledger's lock: nothing durable can be written, so nothing is added."""
    locked = []

    def fault():
        connection = sqlite3.connect(system.data / "ledger.db", timeout=10, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        locked.append(connection)

    def mended():
        until = time.monotonic() + seconds
        wait_until(lambda: time.monotonic() > until, seconds + 1, "the end of the lock")
        at = time.time_ns()
        locked.pop().execute("ROLLBACK")
        return at
    while_running(system, f"ledger locked for {seconds} s", fault, mended)


def halt_with_the_ledger_locked(system):
    """HALT in Redis while the ledger takes nothing: the gate closes all the same."""
    connection = sqlite3.connect(system.data / "ledger.db", timeout=10, isolation_level=None)
    system.wait_orders(1)
    log = stop_matrix_test.Log(system.log)
    connection.execute("BEGIN IMMEDIATE")
    began = time.time_ns()
    with_redis(system, ("SET", "SYSTEM:HALT", "true"))
    system.wait_state("halted", 30)
    took = (wait_until(log.closings, 30, "a closed gate")[0] - began) / 1e6
    connection.execute("ROLLBACK")
    connection.close()
    wait_until(lambda: system.query("ledger.db", "SELECT is_on FROM switches WHERE which = 'halt' "
                                    "ORDER BY sequence DESC LIMIT 1") == [(1,)], 30, "the halt in the ledger")
    sent = entries_since(system, began + GRACE_NS)
    check(not sent, f"HALT with the ledger locked: entries left: {sent[:5]}")
    told("ledger locked, HALT in Redis", "halt", took, 0, "halted; recorded once the lock is gone")
    end_stop(system, "halt")


def second_trader(system):
    """A second trader on the same data folder is turned away; the first one and its stop stay."""
    set_stop(system, "kill")
    command = [system.binary, "trader", "--data", str(system.data), *system.replay]
    for setting in system.settings:
        command += ["--set", setting]
    began = time.time_ns()
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    took = (time.time_ns() - began) / 1e6
    check(done.returncode != 0, f"a second trader was let in: {done.stdout}{done.stderr}")
    check(system.state()["state"] == "killed", "a second trader ended the stop")
    check(not entries_since(system, began), "entries left with a second trader there")
    told("a second trader", "kill", took, 0, "turned away")
    end_stop(system, "kill")


def failover(given, system, folder, switch):
    """Sentinel promotes a replica that never heard of the stop."""
    pair = Pair(folder / f"pair-{switch}")
    other = harness.System(system.binary, folder / f"behind-{switch}")
    proxy = None
    try:
        pair.start()
        proxy = resp.Forwarder(pair.ports[0])
        other.redis_port = proxy.port
        other.start("--replay", given.trades, "--speed", "60",
                    settings=[*SETTINGS, f"redis.url=redis://127.0.0.1:{proxy.port}/0"])
        other.wait_orders(1)
        # Streaming begins with the replica's first acknowledgement, up to a second after its start.
        wait_until(lambda: pair.call(1, "GET", KEYS[switch][0]) == KEYS[switch][2], 30, "a replica that follows")
        pair.lose_what_is_written_now()
        set_stop(other, switch)
        promoted = pair.fail_over()
        check(pair.call(1, "GET", KEYS[switch][0]) == KEYS[switch][2], "the replica has heard of the stop")
        began = time.time_ns()
        proxy.lead_to(promoted)
        wait_until(lambda: is_shown(other, switch), 60, "the stop on the new primary")
        took = (time.time_ns() - began) / 1e6
        other.wait_state(STATE[switch], 60)
        check(not entries_since(other, began), "entries left in the failover")
        told("Sentinel failover that lost the write", switch, took, 0, "written to the new primary")
        check(other.stop() == 0, "`up` did not end cleanly")
    finally:
        other.destroy()
        if proxy is not None:
            proxy.close()
        pair.destroy()


SETTINGS = ["feed.loop=true", "breakers.venue_errors=0"]
FAULTS = {"FLUSHALL": flushed, "evicted key": evicted, "foreign type": of_another_type, "corrupt value": corrupt,
          "trader killed": trader_killed, "reboot": rebooted}


def scenario(given, system, folder):
    system.replay = ("--replay", given.trades, "--speed", "60")
    system.start(*system.replay, settings=SETTINGS)
    print("| fault | stop | ms until in order | entries meanwhile | ends with |\n| --- | --- | --- | --- | --- |")
    for _ in range(given.rounds):
        for name, fault in FAULTS.items():
            for switch in KEYS:
                under_a_stop(system, switch, name, fault)
        unreadable(system)
        ledger_locked(system, given.seconds)
        halt_with_the_ledger_locked(system)
        second_trader(system)
        for number, switch in enumerate(KEYS):
            part = folder / f"failover-{time.time_ns()}-{number}"
            part.mkdir()
            failover(given, system, part, switch)
    check(system.duplicates() == 0, "the venue saw an order twice")
    print(f"verify: {system.verify(attempts=5)}; keys check: {system.keys_check()}")
    check(system.stop() == 0, "`up` did not end cleanly")


if __name__ == "__main__":
    GIVEN = harness.options(__doc__, rounds=(1, 10), seconds=(2.0, 5.0))
    sys.exit(harness.main(GIVEN, scenario))
