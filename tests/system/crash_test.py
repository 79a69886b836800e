"""kill -9 of the trader and of Redis at random moments under load: the books agree afterwards."""

import os
import random
import signal
import sys
import time

import harness
from harness import check

FALLS_MAX = 15  # Below the twenty in a row after which `up` gives a child up.


def kill_when_busy(system, role, chance):
    """Kills at a random moment of running; answers the epoch that died."""
    state = system.wait_state("running", 60)
    system.wait_orders(1, 60)
    # A random moment is what is tested here, not a wait for anything: half of them while the order
    # that just arrived is on its way back, half anywhere.
    time.sleep(chance.uniform(0, 0.03 if chance.random() < 0.5 else 0.25))
    os.kill(system.pid(role), signal.SIGKILL)
    return state["epoch"]


def wait_back(system, role, old_pid):
    harness.wait_until(lambda: system.processes().get(role) not in (None, old_pid), 60,
                       f"a new {role}")


def start(given, system):
    system.start("--replay", given.trades, "--speed", str(given.speed),
                 settings=["feed.loop=true"])


def start_anew(given, system):
    """kill -9 of `up` too, which gives a child up that fell twenty times in a row without a stable run."""
    children = system.processes()
    system.up.kill()
    system.up.wait(10)
    harness.wait_until(lambda: not any(harness.is_alive(pid) for pid in children.values()), 30,
                       "the end of all children")
    start(given, system)


def verify(system):
    """After each restart: ledger, Redis and venue say the same; the halt makes a moment to look."""
    said = system.verify(attempts=5)
    check(system.duplicates() == 0, f"the venue saw {system.duplicates()} orders twice")
    return said


def scenario(given, system, folder):
    chance = random.Random(given.seed)
    start(given, system)
    kills = ["trader"] * given.trader + ["redis"] * given.redis
    chance.shuffle(kills)
    slowest = 0.0
    fallen = 0
    for number, role in enumerate(kills, 1):
        old_pid = system.pid(role)
        epoch = kill_when_busy(system, role, chance)
        started = time.monotonic()
        wait_back(system, role, old_pid)
        system.wait_state("running", 60, epoch_above=epoch if role == "trader" else 0)
        slowest = max(slowest, time.monotonic() - started)
        said = verify(system)
        fallen += role == "trader"
        if fallen % FALLS_MAX == FALLS_MAX - 1 and role == "trader":
            start_anew(given, system)
        if number % 10 == 0:
            print(f"{number} of {len(kills)}: {said}", flush=True)
    system.wait_orders(3)
    check(system.stop() == 0, "`up` did not end cleanly")
    start(given, system)
    print(f"trader killed {given.trader} times, Redis {given.redis} times; "
          f"slowest return to running {slowest:.2f} s")
    print(f"verify: {verify(system)}; orders at the venue {system.orders_sent()}, seen twice 0")
    print(f"keys check: {system.keys_check()}")
    check(system.stop() == 0, "`up` did not end cleanly")


if __name__ == "__main__":
    GIVEN = harness.options(__doc__, trader=(8, 200), redis=(3, 50), speed=(60.0, 60.0))
    sys.exit(harness.main(GIVEN, scenario))
