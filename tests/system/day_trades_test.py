"""risk:pdt:trades is what the ledger and others say, through FLUSHALL, kill -9 and an empty Redis; the guard counts it."""

import datetime
import json
import shutil
import sys

import harness
import resp
from harness import check, wait_until

KEY = "risk:pdt:trades"
SYMBOLS = ("AAPL", "MSFT", "NVDA")


def risk(system, *words):
    done = system.run("risk", *words, "--json", *(word for setting in system.settings
                                                 for word in ("--set", setting)))
    check(done.stdout.startswith("{"), f"risk {words}: {done.stdout}{done.stderr}")
    return done.returncode, json.loads(done.stdout)


def shown(system):
    redis = system.redis()
    try:
        flat = redis.call("ZRANGE", KEY, "0", "-1", "WITHSCORES")
    except resp.RespError:
        return None  # Something else stands there.
    else:
        return {member: int(score) for member, score in zip(flat[::2], flat[1::2])}
    finally:
        redis.close()


def call(system, *words):
    redis = system.redis()
    try:
        return redis.call(*words)
    finally:
        redis.close()


def today():
    """In New York, to within the hours that differ: the window is asked with a day to spare."""
    return datetime.datetime.now(datetime.timezone.utc).date()


def documented_count(system):
    """As the contract has it: five weekdays back, holidays counted like any other."""
    day, back = today(), 0
    while back < 5:
        day -= datetime.timedelta(days=1)
        back += day.weekday() < 5
    return int(call(system, "ZCOUNT", KEY, str(day.toordinal()), "+inf"))


def members_are_right(system, members):
    for text, score in members.items():
        member = json.loads(text)
        check(list(member)[:3] == ["symbol", "date", "recorded_at"], f"fields of {text}")
        check(datetime.date.fromisoformat(member["date"]).toordinal() == score, f"score of {text}: {score}")
        row = system.query("ledger.db", "SELECT count(*) FROM fills WHERE order_id = ?", member["order_id"])
        check(row[0][0] > 0, f"no fill of {member['order_id']}")


def is_again(system, members, what):
    wait_until(lambda: shown(system) == members, 15, what)


def scenario(given, system, folder):
    trades = folder / "shares.csv"
    harness.write_trades(trades, symbols=SYMBOLS)
    arguments = ["--replay", str(trades), "--speed", "60"]
    settings = ["feed.loop=true", "daytrade.regular_hours=false"]
    system.start(*arguments, settings=settings)
    # Two are the limit: then no entry is left.
    wait_until(lambda: risk(system, "status")[1]["used"] == 2 and len(shown(system) or ()) >= 2, 60, "two day trades")
    wait_until(lambda: not risk(system, "status")[1]["opened_today"], 60, "an end of what is open")
    status = risk(system, "status")[1]
    members = shown(system)
    members_are_right(system, members)
    check(len(members) == len(status["day_trades"]), f"{len(members)} members, {status['day_trades']}")
    check(documented_count(system) >= status["used"], "the documented question counts fewer than the guard")
    code, asked = risk(system, "what-if", "NVDA", "BUY", "1")
    check(code == 1 and asked["denial"]["code"] == "DAY_TRADE_LIMIT", f"an entry would pass: {asked}")
    print(f"shown: {len(members)} members; what-if: {asked['denial']}")

    call(system, "FLUSHALL")
    is_again(system, members, "the members after FLUSHALL")
    call(system, "DEL", KEY)
    is_again(system, members, "the members after DEL")
    call(system, "SET", KEY, "nonsense")
    is_again(system, members, "the members after a foreign type")

    theirs = json.dumps({"symbol": "TSLA", "date": today().isoformat(), "recorded_at": "2026-11-20T20:40:32Z"})
    call(system, "ZADD", KEY, str(today().toordinal()), theirs)
    united = {**members, theirs: today().toordinal()}
    system.kill_trader()
    is_again(system, united, "the union after a restart")
    wait_until(lambda: risk(system, "status")[1]["elsewhere"] == 1, 15, "that what others did counts")
    check(risk(system, "status")[1]["used"] == 3, "the others' day trade is not counted")
    kept = system.query("ledger.db", "SELECT member FROM foreign_day_trades")
    check(kept == [(theirs,)], f"the ledger keeps {kept}")

    # Redis loses everything while nothing runs.
    check(system.stop() == 0, "`up` did not end cleanly")
    shutil.rmtree(system.data / "redis")
    system.start(*arguments, settings=settings)
    is_again(system, united, "the union from the ledger alone")
    check(risk(system, "status")[1]["used"] == 3, "the count after the loss")
    print(f"after FLUSHALL, DEL, SET, kill -9 and an empty Redis: {len(united)} members, 3 count")
    print(f"verify: {system.verify(attempts=5)}")


if __name__ == "__main__":
    GIVEN = harness.options(__doc__)
    sys.exit(harness.main(GIVEN, scenario))
