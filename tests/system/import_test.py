"""An installation's books are taken over once, by the real binary: dump and Redis, refusals, a death on the way,
and then trading goes on from them."""

import hashlib
import json
import os
import re
import signal
import sys
import uuid

import harness
from harness import check

FLAT = {"blocked_cash": 0.0, "blocked_positions": {}, "short_opened_at": {}, "short_borrow_fees_paid": 0.0}


def portfolio(cash, positions, **more):
    return json.dumps({"cash": cash, "positions": positions, **FLAT, **more}, separators=(",", ":"))


def order(number, symbol, side, quantity, price, status="FILLED", **more):
    """(key, document) of an order as another program writes it."""
    name = str(uuid.UUID(int=number, version=4))
    is_filled = status == "FILLED"
    document = {"id": name, "instrument_id": symbol, "side": side, "quantity": quantity, "status": status,
                "filled_quantity": quantity if is_filled else 0.0,
                "average_fill_price": price if is_filled else None,
                "created_at": "2026-11-21T20:39:18.900903Z",
                "updated_at": f"2026-11-21T20:39:{18 + number:02d}.901049Z", "venue_note": "of another program",
                **more}
    return f"oms:order:{name}", json.dumps(document)


def old_books():
    orders = [order(1, "BTC/USDT", "BUY", 2.0, 50_000.5), order(2, "BTC/USDT", "SELL", 0.5, 60_000.0),
              order(3, "ETH/USDT", "BUY", 4.0, 2_500.0, status="SUBMITTED", external_id="x9",
                    reserved_cash=10_000.0, reserved_cash_remaining=10_000.0)]
    books = portfolio(5_000_000.25, {"BTC/USDT": 1.5, "SOL/USDT": 0.0}, blocked_cash=10_000.0, version=3)
    return [("oms:portfolio", books), *orders]


def write_dump(file, rows):
    file.write_text("".join(f"{key}\t{text}\n" for key, text in rows))
    return str(file)


def run_import(system, *words, code=0):
    done = system.run("import", *words)
    check(done.returncode == code, f"import {words} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def refusals(system, folder):
    """What is corrupt or negative is named, and nothing is written."""
    file = folder / "bad.txt"
    for text, said in (
            (portfolio(-0.01, {}), "'cash' is -0.01, below 0"),
            ('{"cash": 5000000, "positions"', "oms:portfolio: '{\"cash\": 5000000"),
            (portfolio(1.0, {"BTC/USDT": "2"}), "'BTC/USDT' is '2'"),
            (portfolio(1.0, {"BTC/USDT": -2.0}), "BTC/USDT -2: this account cannot hold a short"),
            (portfolio(1.0, {"BTC/USDT": 2.0}), "BTC/USDT 2: what it cost is not known")):
        told = run_import(system, "--file", write_dump(file, [("oms:portfolio", text)]), code=1)
        check(said in told, f"expected '{said}' in: {told}")
        check("nothing was imported" in told, told)
    check(not (system.data / "ledger.db").exists(), "a refused import made a ledger")
    print("refused with place and value: a negative cash, bytes that are no JSON, a wrong type, a short, an unknown cost")


def dies_at(system, point, dump, code):
    environment = {"TEST_CRASH_POINT": point, "TEST_CRASH_MARK": str(system.data) + "." + point}
    os.environ.update(environment)
    try:
        died = system.run("import", "--file", dump)
    finally:
        for name in environment:
            os.environ.pop(name)
    check(died.returncode == -signal.SIGKILL, f"it ended with {died.returncode}: {died.stderr}")
    run_import(system, "--file", dump, code=code)


def held_in(system, table, where):
    return system.query("ledger.db", f"SELECT count(*) FROM {table} WHERE {where}")[0][0]


def trades_on(given, system, cash):
    """The venue holds what was imported, books and venue agree, and the position is traded."""
    system.start("--replay", given.trades, "--speed", "30", settings=["feed.loop=true"])
    redis = system.redis()
    shown = json.loads(redis.call("GET", "oms:portfolio"))
    redis.close()
    check("BTC/USDT" in shown["positions"] and "SOL/USDT" in shown["positions"], f"it shows {shown}")
    system.wait_orders(2)
    said = system.verify(attempts=5)
    opening = system.query("paper.db", "SELECT opening_cash FROM account")[0][0]
    check(opening == round(cash * 1e8), f"the paper exchange began with {opening}")
    system.kill_trader()
    system.wait_orders(2)
    print(f"started, traded, killed, traded on: verify: {system.verify(attempts=5)} (before: {said})")
    halted = system.run("halt", "--reason", "system test")
    check(halted.returncode == 0, f"halt: {halted.stdout}{halted.stderr}")
    system.wait_state("halted")
    check(system.query("paper.db", "SELECT count(*) FROM instruments WHERE quantity >= lot_size")[0][0] == 0,
          "the halt did not sell what was imported")
    print(f"a halt sells what was imported: verify: {system.verify(attempts=5)}; {system.keys_check()}")
    check(system.stop() == 0, "`up` did not end cleanly")


def from_dump(given, system, folder):
    rows = old_books()
    dump = write_dump(folder / "old.txt", rows)
    refusals(system, folder)
    told = run_import(system, "--file", dump, "--dry-run")
    check("dry run: nothing was imported" in told and "BTC/USDT 1.5 at 50000.5, cost 75000.75" in told, told)
    check("(x9): BUY 4 of ETH/USDT, 0 filled, SUBMITTED" in told, told)
    check("'venue_note' is unknown, ignored in 3 documents" in told, told)
    check(not (system.data / "ledger.db").exists(), "a dry run made a ledger")
    dies_at(system, "ledger.import.before", dump, code=0)
    print("kill -9 before the commit: the import can be repeated")
    again = run_import(system, "--file", dump, code=3)
    digest = hashlib.sha256("".join(f"{key}\t{text}\n" for key, text in sorted(rows)).encode()).hexdigest()
    check("an import was made at" in again and digest in again, again)
    check(held_in(system, "receipts", f"kind = 'import' AND digest = '{digest}'") == 1, "there is no receipt")
    trades_on(given, system, cash=5_010_000.25)
    late = run_import(system, "--file", dump, code=3)
    check("the paper exchange has books of its own" in late, late)


def dies_after(given, folder):
    system = harness.System(given.bulwark, folder / "after")
    dump = write_dump(folder / "small.txt", [("oms:portfolio", portfolio(1_000.0, {}))])
    dies_at(system, "ledger.import.after", dump, code=3)
    print("kill -9 after the commit: it was made, a second one is refused")


def from_redis(given, folder):
    """A data folder whose ledger is gone, but not its Redis: nothing is overwritten, all is taken over."""
    system = harness.System(given.bulwark, folder / "lost")
    try:
        system.start("--replay", given.trades, "--speed", "30", settings=["feed.loop=true"])
        redis = system.redis()

        def has_spent():
            books = json.loads(redis.call("GET", "oms:portfolio"))
            return books["cash"] + books["blocked_cash"] < 1e8 - 0.01
        harness.wait_until(has_spent, 60, "a fill")
        redis.close()
        check(system.stop() == 0, "`up` did not end cleanly")
        for name in ("ledger.db", "ledger.db-wal", "ledger.db-shm", "paper.db", "paper.db-wal", "paper.db-shm"):
            (system.data / name).unlink(missing_ok=True)
        system.start(wait_state=None)
        harness.wait_until(lambda: "take it over with `bulwark import`" in system.log_text(), 60,
                           "the trader's refusal")
        redis = system.redis()
        shown = redis.call("GET", "oms:portfolio")
        said = re.findall(r"error: (oms:portfolio in Redis.*)", system.log_text())[-1]
        check(not system.query("ledger.db", "SELECT * FROM runs"), "the refused trader began a run")
        check(redis.call("GET", "oms:portfolio") == shown, "the refused trader overwrote oms:portfolio")
        redis.close()
        print(f"a new ledger beside books in Redis: {said}")
    finally:
        system.destroy()


def scenario(given, system, folder):
    given.bulwark = system.binary
    from_dump(given, system, folder)
    dies_after(given, folder)
    from_redis(given, folder)


if __name__ == "__main__":
    GIVEN = harness.options(__doc__)
    sys.exit(harness.main(GIVEN, scenario))
