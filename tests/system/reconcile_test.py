"""After a night of changes behind its back the trader only reduces, says what differs, and books it when a person accepts.

While everything is stopped, somebody trades at the venue by hand, leaves an order there, and the balances in paper.db
are moved. Then the same with a ledger on a PostgreSQL server, as far as it differs.
"""

import json
import os
import signal
import sys

import by_hand
import harness
import postgres
from harness import check, wait_until

CASH_MOVED = -(12 * by_hand.RAW + 34_567_891)


def report(system):
    done = system.run("reconcile", "show", "--json")
    check(done.returncode == 0, f"reconcile show: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def kinds(shown):
    return sorted(item["kind"] for item in shown["items"])


def wait_report(system, epoch, is_it, what):
    """The newest report, once it is of this run or a later one, and is the one that is wanted."""
    def look():
        shown = report(system)
        return shown if shown["report"] and shown["report"]["epoch"] >= epoch and is_it(shown) else None
    return wait_until(look, 30, what)


def start(given, system, wait_state):
    system.start("--replay", given.trades, "--speed", "60", settings=["feed.loop=true"],
                 wait_state=wait_state)
    return system.epoch_seen


def trader_dies(system):
    """The next run tells what the dead one missed."""
    system.wait_orders(5)
    epoch = system.state()["epoch"]
    system.kill_trader()
    shown = wait_report(system, epoch + 1, lambda shown: True, "a report of the new run")
    check("While you were away" in shown["report"]["text"], shown["report"]["text"])
    check(not [item for item in shown["items"] if item["is_blocking"]], f"after a crash: {shown}")


def entries_after(system, number):
    return system.query("paper.db", "SELECT count(*) FROM orders WHERE reduce_only = 0 AND number > ?",
                        number)[0][0]


def must_only_reduce(system, epoch, foreign, filled):
    shown = wait_report(system, epoch, lambda shown: len(shown["items"]) >= 3, "a report of this run")
    check(kinds(shown) == ["CASH_DRIFT", "FOREIGN_ORDER", "POSITION_DRIFT"], f"found {kinds(shown)}")
    cash = next(item for item in shown["items"] if item["kind"] == "CASH_DRIFT")
    check(cash["proposed"] == "book cash -12.34567891", cash["proposed"])
    hand = next(item for item in shown["items"] if item["kind"] == "FOREIGN_ORDER")
    check(hand["order_id"] == foreign and not hand["is_blocking"], f"{hand}")
    text = system.run("reconcile", "show").stdout
    # In how many parts the venue filled it depends on its prices; all of them must be told and booked.
    parts = system.query("paper.db", "SELECT count(*) FROM fills WHERE order_number = "
                         "(SELECT number FROM orders WHERE id = ?)", filled)[0][0]
    told = f"At the venue meanwhile: {parts} fill{'s' if parts > 1 else ''}, "
    check(parts > 0 and "bulwark reconcile accept all" in text and told in text, text)
    status = system.run("status").stdout
    check(foreign in status and "reconcile show" in status, status)
    check(system.run("ledger", "verify").returncode == 1, "verify finds nothing before the acceptance")
    booked = system.query("ledger.db", "SELECT count(*) FROM fills WHERE order_id = ?", filled)[0][0]
    check(booked == parts, f"of {parts} fills of the order that was placed by hand {booked} are booked")
    return text


def never_counted(system, foreign):
    """A stranger's order ties up nothing and is none of ours, wherever one looks."""
    check(system.order(foreign) == {}, "the ledger has the foreign order")
    redis = system.redis()
    try:
        check(redis.call("GET", f"oms:order:{foreign}") is None, "Redis shows the foreign order")
    finally:
        redis.close()


def wrong_words_change_nothing(system, foreign):
    for words, code, said in (
            (("accept", "all"), 2, "nothing changed; confirm with --confirm ACCEPT"),
            (("accept", "all", "--confirm", "accept"), 2, "nothing changed; confirm with --confirm ACCEPT"),
            (("accept", "99999", "--confirm", "ACCEPT"), 1, "nothing is proposed for '99999'"),
            (("accept", "-1", "--confirm", "ACCEPT"), 1, "nothing is proposed for '-1'"),
            (("accept", foreign, "--confirm", "ACCEPT"), 1, f"nothing is proposed for '{foreign}'"),
            (("accept", "--confirm", "ACCEPT"), 2, "what"),
            (("accept", "all", "--confirm", "ACCEPT", "--actor", ""), 2, "1 to 40 characters"),
            (("accept", "all", "--confirm", "ACCEPT", "--actor", "a" * 41), 2, "1 to 40 characters"),
            (("accept", "all", "--confirm", "ACCEPT", "--actor", "a\x1b[31m"), 2, "all printable"),
            (("adopt", "nobody", "--confirm", "ADOPT"), 1, "the newest report has no foreign order nobody"),
            (("adopt", foreign, "--confirm", "ACCEPT"), 2, "nothing changed; confirm with --confirm ADOPT"),
            (("refuse", "all"), 2, "")):
        done = system.run("reconcile", *words)
        told = done.stdout + done.stderr
        check(done.returncode == code and said in told, f"reconcile {words}: {done.returncode}: {told}")
    for table in ("reconcile_decisions", "reconcile_outcomes", "adjustments"):
        count = system.query("ledger.db", f"SELECT count(*) FROM {table}")[0][0]
        check(count == 0, f"wrong words left {count} rows in {table}")
    check(system.state()["state"] == "reduce_only", f"after wrong words: {system.state()}")


def accept(system):
    done = system.run("reconcile", "accept", "all", "--confirm", "ACCEPT", "--actor", "ada")
    check(done.returncode == 0 and done.stdout.count(": done") == 2, f"accept: {done.stdout}{done.stderr}")
    booked = system.query("ledger.db", "SELECT kind, actor FROM adjustments ORDER BY kind")
    check(booked == [("ACCEPTED_CASH", "ada"), ("ACCEPTED_POSITION", "ada")], f"booked: {booked}")
    again = system.run("reconcile", "accept", "all", "--confirm", "ACCEPT", "--actor", "eve")
    check(again.returncode == 1 and "nothing is proposed" in again.stderr, f"again: {again.stdout}{again.stderr}")


def adopt(system, foreign):
    """What was placed by hand becomes ours: the books have it, and a halt cancels it."""
    wait_report(system, 0, lambda shown: "FOREIGN_ORDER" in kinds(shown), "a report that names the foreign order")
    done = system.run("reconcile", "adopt", foreign, "--confirm", "ADOPT", "--actor", "ada")
    check(done.returncode == 0, f"adopt: {done.stdout}{done.stderr}")
    order = system.order(foreign)
    check(order["status"] == "SUBMITTED" and order["reason"] == "adopted by ada", f"adopted: {order}")
    check(order["reserved_cash_remaining"] == 10 * by_hand.RAW, f"it ties up: {order}")
    explained = system.run("explain", foreign)
    check(explained.returncode == 0, f"explain: {explained.stdout}{explained.stderr}")
    again = system.run("reconcile", "adopt", foreign, "--confirm", "ADOPT")
    check(again.returncode == 1, f"adopted twice: {again.stdout}{again.stderr}")
    done = system.run("halt", "--reason", "after the adoption")
    check(done.returncode == 0, f"halt: {done.stdout}{done.stderr}")
    wait_until(lambda: system.venue_order(foreign)[0] == "CANCELLED", 30, "the halt's cancel of the adopted order")
    print(f"adopted, then cancelled by a halt; verify: {system.verify(attempts=8)}")


def is_tripped(system):
    redis = system.redis()
    try:
        return json.loads(redis.call("GET", "risk:circuit_breaker:reconciliation") or "{}").get("tripped", False)
    finally:
        redis.close()


def acknowledge(system):
    """Two comparisons that differed latched a breaker; once the books agree again, a person ends it."""
    done = system.run("breakers", "reset", "reconciliation", "--confirm", "RESET", "--reason", "accepted")
    check(done.returncode == 0, f"reset: {done.stdout}{done.stderr}")
    wait_until(lambda: not is_tripped(system), 30, "the end of the breaker")


def after_a_night(given, system):
    start(given, system, "running")
    trader_dies(system)
    print(f"a killed trader's successor reports; verify: {system.verify(attempts=8)}")
    check(system.stop() == 0, "`up` did not end cleanly")

    last_epoch = system.query("ledger.db", "SELECT max(epoch) FROM runs")[0][0]
    foreign, filled = by_hand.place(system, last_epoch)
    by_hand.move_balances(system, CASH_MOVED, by_hand.RAW // 4)
    newest = system.query("paper.db", "SELECT max(number) FROM orders")[0][0]
    epoch = start(given, system, "reduce_only")
    print(must_only_reduce(system, epoch, foreign, filled).rstrip())
    never_counted(system, foreign)
    wrong_words_change_nothing(system, foreign)
    check(entries_after(system, newest) == 0, "an entry left before anybody accepted")

    wait_until(lambda: is_tripped(system), 30, "the breaker of two comparisons that differ")
    accept(system)
    check(entries_after(system, newest) == 0, "an entry left before anybody ended the breaker")
    acknowledge(system)
    system.wait_state("running", 30)
    wait_until(lambda: entries_after(system, newest) > 0, 60, "an entry after the acceptance")
    print(f"accepted, entries go on; verify: {system.verify(attempts=8)}")
    trader_dies(system)
    check(system.venue_order(foreign)[0] == "WORKING", f"the foreign order is {system.venue_order(foreign)}")
    never_counted(system, foreign)
    adopt(system, foreign)
    check(system.duplicates() == 0, "an order was sent twice")
    check(system.stop() == 0, "`up` did not end cleanly")
    done = system.run("ledger", "verify")
    check(", 0 differences found" in done.stdout, f"verify at the end: {done.stdout}")
    print(done.stdout.strip().splitlines()[-1])


def on_a_server(given, binary, folder):
    """Accepted while the trader is dead; its next run carries it out."""
    server = postgres.Server()
    system = harness.System(binary, folder / "on-a-server")
    try:
        server.start()
        os.environ["BULWARK_LEDGER_URL"] = server.url()
        start(given, system, "running")
        system.wait_orders(3)
        check(system.stop() == 0, "`up` did not end cleanly")
        by_hand.move_balances(system, CASH_MOVED, by_hand.RAW // 4)
        epoch = start(given, system, "reduce_only")
        shown = wait_report(system, epoch, lambda shown: len(shown["items"]) == 2, "a report of this run")
        check(kinds(shown) == ["CASH_DRIFT", "POSITION_DRIFT"], f"found {kinds(shown)}")
        wait_until(lambda: is_tripped(system), 30, "the breaker of two comparisons that differ")
        trader = system.pid("trader")
        os.kill(trader, signal.SIGSTOP)
        done = system.run("reconcile", "accept", "all", "--confirm", "ACCEPT", "--actor", "ada", "--no-wait")
        check(done.returncode == 0, f"accept: {done.stdout}{done.stderr}")
        os.kill(trader, signal.SIGKILL)
        wait_until(lambda: system.processes().get("trader") not in (None, trader), 60, "a new trader")
        wait_until(lambda: server.sql("SELECT count(*) FROM adjustments") == "2", 60, "both are booked")
        acknowledge(system)
        system.wait_state("running", 60, epoch_above=epoch)
        system.wait_orders(2)
        booked = server.sql("SELECT kind, actor FROM adjustments ORDER BY kind")
        check(booked == "ACCEPTED_CASH|ada\nACCEPTED_POSITION|ada", f"booked: {booked}")
        print(f"on PostgreSQL, carried out by the next run; verify: {system.verify(attempts=8)}")
        check(system.stop() == 0, "`up` did not end cleanly")
    finally:
        system.destroy()
        os.environ.pop("BULWARK_LEDGER_URL", None)
        server.destroy()


def scenario(given, system, folder):
    after_a_night(given, system)
    on_a_server(given, system.binary, folder)


if __name__ == "__main__":
    GIVEN = harness.options(__doc__)
    sys.exit(harness.main(GIVEN, scenario))
