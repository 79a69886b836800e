"""`bulwark kill` works with Redis frozen or dead: the ledger carries it to the gate, and only a release ends it."""

import json
import os
import re
import signal
import sys
import threading
import time

import harness
from harness import check, nanos_of, wait_until

LIMIT_MS = 120.0


def kill_word(system):
    redis = system.redis()
    try:
        return redis.call("GET", "risk:kill_switch")
    finally:
        redis.close()


def newest_kill(system):
    return system.query("ledger.db", "SELECT coalesce(max(sequence), 0) FROM switches WHERE which = 'kill' AND is_on = 1")[0][0]


def kill_now(system):
    """`bulwark kill`; answers when it was durable: when another reader of the ledger saw it. Its own time is from
    before the commit, which a busy disk keeps waiting."""
    known = newest_kill(system)
    durable_at = []

    def watch():
        wait_until(lambda: newest_kill(system) > known, 30, "the kill in the ledger")
        durable_at.append(time.time_ns())
    watching = threading.Thread(target=watch)
    watching.start()
    done = system.run("kill", "--reason", "system test", "--no-wait")
    watching.join()
    check(done.returncode == 0 and durable_at, f"kill: {done.stdout}{done.stderr}")
    told = re.search(r"Ledger: .*?(\d{4}-\d\d-\d\dT[^,]*)", done.stdout)
    check(told, f"kill told no time: {done.stdout}")
    rows = system.query("ledger.db", "SELECT at, reason FROM switches WHERE is_on = 1 "
                        "ORDER BY sequence DESC LIMIT 1")
    check(rows and rows[0][1] == "system test", f"the ledger has no such kill: {rows}")
    check(abs(rows[0][0] - nanos_of(told.group(1))) < 1_000_000, "ledger and words differ")
    return durable_at[0]


def positions_of(redis):
    return json.loads(redis.call("GET", "oms:portfolio"))["positions"]


def check_killed(system, durable_at):
    """After Redis is back; answers how long the gate took, in ms."""
    state = system.wait_state("killed", 60)
    check(state["gate_closed_at"], "killed with an open gate")
    wait_until(lambda: kill_word(system) == "active", 10, "risk:kill_switch active")
    redis = system.redis()
    wait_until(lambda: not redis.call("SMEMBERS", "oms:orders:open"), 10, "no working orders")
    redis.close()
    return (nanos_of(state["gate_closed_at"]) - durable_at) / 1e6


def held(system):
    rows = system.query("paper.db", "SELECT symbol, quantity FROM instruments WHERE quantity > 0")
    return dict(rows)


def redis_cannot_release(system):
    redis = system.redis()
    redis.call("SET", "risk:kill_switch", "inactive")
    wait_until(lambda: redis.call("GET", "risk:kill_switch") == "active", 10,
               "risk:kill_switch written back")
    redis.call("DEL", "risk:kill_switch")
    wait_until(lambda: redis.call("GET", "risk:kill_switch") == "active", 10,
               "risk:kill_switch written back after DEL")
    redis.close()
    check(system.state()["state"] == "killed", "a write to Redis released the kill switch")
    refused = system.run("release", "--confirm", "release")
    check(refused.returncode != 0, "release went through without its confirmation")
    check(system.state()["state"] == "killed", "a refused release released")


def release(system):
    early = system.run("release", "--confirm", "RELEASE", "--reason", "too early")
    check(early.returncode != 0 and "can be released in" in early.stderr, f"release: {early.stdout}{early.stderr}")
    check(system.state()["state"] == "killed", "a release before its time released")
    done = system.release()
    check(done.returncode == 0, f"release: {done.stdout}{done.stderr}")
    system.wait_state("running")
    check(kill_word(system) == "inactive", f"after the release: {kill_word(system)}")


def entries(system, since):
    return system.query("paper.db", "SELECT id FROM orders WHERE reduce_only = 0 AND "
                        "arrived_at > ?", since)


def with_redis_frozen(system):
    wait_until(lambda: held(system), 60, "a position")
    pid = system.pid("redis")
    os.kill(pid, signal.SIGSTOP)
    try:
        durable_at = kill_now(system)
    finally:
        os.kill(pid, signal.SIGCONT)
    took = check_killed(system, durable_at)
    before = held(system)
    redis_cannot_release(system)
    check(held(system) == before, f"positions changed: {before}, now {held(system)}")
    check(not entries(system, durable_at + int(LIMIT_MS * 1e6)), "an entry left after the kill")
    release(system)
    return took


def with_redis_dead(system):
    system.wait_orders(1)
    os.kill(system.pid("redis"), signal.SIGKILL)
    durable_at = kill_now(system)
    took = check_killed(system, durable_at)
    release(system)
    return took


def scenario(given, system, folder):
    system.start("--replay", given.trades, "--speed", "60", settings=["feed.loop=true"])
    frozen = [with_redis_frozen(system) for _ in range(given.trials)]
    dead = [with_redis_dead(system) for _ in range(given.trials)]
    for name, spans in (("frozen", frozen), ("dead", dead)):
        median, p99 = harness.median_and_p99(spans)
        print(f"Redis {name}, {len(spans)} kills: durable to closed gate median {median:.1f} ms, "
              f"worst {max(spans):.1f} ms")
    print("only the typed release ended them; SET and DEL of risk:kill_switch were undone")
    system.wait_orders(1)
    print(f"verify: {system.verify(attempts=5)}; keys check: {system.keys_check()}")
    check(system.stop() == 0, "`up` did not end cleanly")
    limit = LIMIT_MS if given.full else 3 * LIMIT_MS
    worst = max(frozen + dead)
    check(worst <= limit, f"the slowest kill took {worst:.1f} ms, limit {limit} ms")


if __name__ == "__main__":
    GIVEN = harness.options(__doc__, trials=(2, 20))
    sys.exit(harness.main(GIVEN, scenario))
