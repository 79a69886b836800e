"""A run is recorded and replayed: identical after an orderly stop, after kill -9, and explained."""

import json
import os
import re
import signal
import sys

import harness
from harness import check


def start(given, system):
    system.start("--replay", given.trades, "--speed", str(given.speed),
                 settings=["feed.loop=true"])


def replay(system, *words):
    done = system.run("replay", "--json", *words)
    check(done.returncode in (0, 1), f"replay says {done.returncode}: {done.stderr}")
    report = json.loads(done.stdout)
    check(report["identical"] and done.returncode == 0, f"not identical: {done.stdout}")
    return report


def orders_kept(system, epoch):
    """How many order changes of a run that still goes on are in journal and ledger both."""
    done = system.run("replay", "--json", "--epoch", str(epoch))
    # The two are written one after the other: while the run goes on they may differ at the end.
    return json.loads(done.stdout)["orders_compared"] if done.stdout.startswith("{") else 0


def fall(system):
    """kill -9 of a busy trader; answers the epoch that died."""
    state = system.wait_state("running", 60)
    system.wait_orders(1)
    # The recorder writes behind the engine: the fall is to come after an order that it has written.
    harness.wait_until(lambda: orders_kept(system, state["epoch"]) > 0, 30, "an order in the journal")
    pid = system.pid("trader")
    os.kill(pid, signal.SIGKILL)
    harness.wait_until(lambda: system.processes().get("trader") not in (None, pid), 60,
                       "a new trader")
    system.wait_state("running", 60, epoch_above=state["epoch"])
    return state["epoch"]


def check_orderly_run(given, system):
    start(given, system)
    system.wait_orders(given.orders)
    check(system.stop() == 0, "`up` did not end cleanly")
    report = replay(system)
    check(report["whole_run"], f"the run is not whole: {report}")
    check(report["only_in_ledger"] == 0 and report["only_replayed"] == 0, f"rows differ: {report}")
    check(report["fills_compared"] > 0, f"no fills: {report}")
    check(replay(system)["hash"] == report["hash"], "two replays differ")
    print(f"orderly run: {report['events']} events, {report['orders_compared']} order changes, "
          f"{report['fills_compared']} fills, hash {report['hash'][:16]}")


def check_fallen_runs(given, system):
    start(given, system)
    fallen = [fall(system) for _ in range(given.kills)]
    system.wait_orders(3)
    check(system.stop() == 0, "`up` did not end cleanly")
    for epoch in fallen:
        report = replay(system, "--epoch", str(epoch))
        check(not report["whole_run"], f"run {epoch} was killed, but counts as whole")
        check(report["orders_compared"] > 0, f"nothing to compare in run {epoch}")
        print(f"killed run {epoch}: {report['events']} events, {report['orders_compared']} order "
              f"changes, {report['only_in_ledger']} rows after the last event that was kept")
    check(replay(system)["whole_run"], "the last run is not whole")


def check_explanations(system):
    order = system.query("ledger.db", "SELECT order_id FROM fills ORDER BY sequence LIMIT 1")[0][0]
    done = system.run("explain", order, "--json")
    check(done.returncode == 0, f"explain says {done.returncode}: {done.stdout}{done.stderr}")
    steps = [step["step"] for step in json.loads(done.stdout)["steps"]]
    for name in ("event", "signal", "decision", "wish", "check", "intent", "order sent", "fill",
                 "result"):
        check(name in steps, f"no step '{name}' in {steps}")
    text = system.run("explain", order[-8:]).stdout
    check(re.search(r"check +order value +passed +[0-9.]+ of 10000", text), f"no check in {text}")
    report = replay(system, "--until", order)
    check(report["until_reached"], f"the order was not reached: {report}")
    check(system.run("explain", "ffff0000").returncode == 1, "an unknown order was explained")
    check(system.run("explain").returncode == 2, "nothing was explained")


def check_what_is_gone(system):
    order = system.query("ledger.db", "SELECT order_id FROM fills ORDER BY sequence LIMIT 1")[0][0]
    for file in sorted((system.data / "journal").glob("*/*.journal")):
        file.unlink()
    done = system.run("explain", order)
    check(done.returncode == 1, f"explain says {done.returncode} without a journal")
    check("NOT KNOWN ANY MORE" in done.stdout and "fill" in done.stdout, done.stdout)


def check_full_disk(given, system):
    """The journal cannot be written: trading goes on, and an alert says so."""
    journal = system.data / "journal"
    for folder in journal.iterdir():
        folder.rmdir()
    journal.rmdir()
    journal.write_text("a file where the folder should be")
    start(given, system)
    system.wait_orders(2)
    connection = system.redis()
    try:
        def has_alert():
            return any("JOURNAL_GAP" in str(connection.call("GET", key))
                       for key in connection.call("KEYS", "ALERTS:*")
                       if connection.call("TYPE", key) == "string")
        harness.wait_until(has_alert, 30, "the alert JOURNAL_GAP")
    finally:
        connection.close()
    system.verify(attempts=10)
    check(system.stop() == 0, "`up` did not end cleanly")


def scenario(given, system, folder):
    check_orderly_run(given, system)
    check_fallen_runs(given, system)
    check_explanations(system)
    check_what_is_gone(system)
    check_full_disk(given, system)


if __name__ == "__main__":
    GIVEN = harness.options(__doc__, orders=(20, 400), kills=(2, 20), speed=(60.0, 60.0))
    sys.exit(harness.main(GIVEN, scenario))
