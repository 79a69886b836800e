"""A ledger on a PostgreSQL server that comes late, and one that a second trader wants."""

import os
import signal
import sys

import harness
import postgres
from harness import check


def start(given, system):
    system.start("--replay", given.trades, "--speed", "60", settings=["feed.loop=true"],
                 wait_state=None)


def awaited(system):
    return system.log_text().count("event=ledger_awaited")


def waits_for_the_server(given, system, server):
    server.stop(signal.SIGQUIT)
    start(given, system)
    harness.wait_until(lambda: awaited(system) == 1, 30, "a paper venue that waits, being new")
    server.start()
    system.wait_state("running", 60)
    check(system.stop() == 0, "`up` did not end cleanly")
    server.stop(signal.SIGQUIT)
    start(given, system)
    harness.wait_until(lambda: awaited(system) == 2, 30, "a trader that waits")
    trader = system.pid("trader")
    server.start()
    system.wait_state("running", 60)
    system.wait_orders(3)
    check(system.pid("trader") == trader, "the trader ended instead of waiting")
    print(f"waited for the server, then: {system.verify(attempts=5)}")


def explains_from_the_server(system):
    """Reads the same ledger as the trader."""
    order = server_order(system)
    told = system.run("explain", order)
    check(told.returncode in (0, 1) and order in told.stdout, f"explain says {told.returncode}: "
          f"{told.stdout}{told.stderr}")
    replayed = system.run("replay", "--until", order)
    check(replayed.returncode == 0, f"replay says {replayed.returncode}: {replayed.stdout}"
          f"{replayed.stderr}")
    print(f"explain and replay of {order}: {replayed.stdout.strip().splitlines()[-1]}")


def server_order(system):
    rows = system.query("paper.db", "SELECT id FROM orders ORDER BY number LIMIT 1")
    check(rows, "no order yet")
    return rows[0][0]


def refuses_a_second_trader(given, system, folder):
    other = harness.System(system.binary, folder / "other")
    try:
        other.start("--replay", given.trades, "--speed", "60", wait_state=None)
        harness.wait_until(lambda: "another trader holds this ledger; stop it first" in other.log_text(),
                           30, "a refusal of the second trader")
    finally:
        other.destroy()
    system.wait_orders(2)
    print("a second trader on the database was refused")


def scenario(given, system, folder):
    server = postgres.Server()
    try:
        server.start()
        server.sql("CREATE SCHEMA late")
        os.environ["BULWARK_LEDGER_URL"] = server.url("late")
        waits_for_the_server(given, system, server)
        explains_from_the_server(system)
        refuses_a_second_trader(given, system, folder)
        check(system.stop() == 0, "`up` did not end cleanly")
    finally:
        system.destroy()
        server.destroy()


if __name__ == "__main__":
    sys.exit(harness.main(harness.options(__doc__), scenario))
