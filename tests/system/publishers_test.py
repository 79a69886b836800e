"""The jobs altdata, weekly_fundamentals and backfill of the built binary against a server on loopback.

It plays FINRA, the SEC and Alpha Vantage: what is due is asked for once, with the names and keys that
belong there; what is refused is tried again by the next run; no key is printed.
"""
import collections
import datetime
import json
import subprocess
import sys
import urllib.parse

import bar_server
import daily_bars_test
import harness
from harness import check, wait_until

CONTACT = "Test Person test@example.com"
CIK = "1234567"
SHORTS = ("accountingYearMonthNumber|symbolCode|issueName|issuerServicesGroupExchangeCode|marketClassCode|"
          "currentShortPositionQuantity|previousShortPositionQuantity|stockSplitFlag|"
          "averageDailyVolumeQuantity|daysToCoverQuantity|revisionFlag|changePercent|changePreviousNumber|"
          "settlementDate\n{compact}|ZZZT|Zeta Test Corp|A|NYSE|1500000|1200000||500000|3.0||25.0|300000|{day}\n")
FILING = """ACCESSION NUMBER:\t\t{accession}
FILED AS OF DATE:\t\t{compact}
<XML>
<ownershipDocument><documentType>4</documentType><issuer><issuerCik>{cik}</issuerCik>
<issuerTradingSymbol>ZZZT</issuerTradingSymbol></issuer><nonDerivativeTable><nonDerivativeTransaction>
<transactionDate><value>{day}</value></transactionDate>
<transactionCoding><transactionCode>P</transactionCode></transactionCoding>
<transactionAmounts><transactionAcquiredDisposedCode><value>A</value></transactionAcquiredDisposedCode>
</transactionAmounts></nonDerivativeTransaction></nonDerivativeTable></ownershipDocument>
</XML>
"""


def day_of(compact):
    return datetime.datetime.strptime(compact, "%Y%m%d").date()


class Publishers(bar_server.Server):
    """Every weekday of the SEC has one filing of the member and one of somebody else."""

    def __init__(self):
        self.asked = collections.Counter()
        self.agents = set()
        self.refused = set()
        super().__init__()

    def answer(self, handler):
        path = urllib.parse.urlsplit(handler.path)
        name = path.path.rsplit("/", 1)[-1]
        self.asked[name] += 1
        body = self.body(path, name, handler.headers.get("User-Agent"))
        body = (body or "AccessDenied").encode()
        handler.send_response(403 if body == b"AccessDenied" else 200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def body(self, path, name, agent):
        if name in self.refused:
            return None
        if path.path.startswith("/Archives/"):
            self.agents.add(agent)
            return self.filing(name)
        if name.startswith("shrt"):
            compact = name[4:12]
            return SHORTS.format(compact=compact, day=day_of(compact))
        query = dict(urllib.parse.parse_qsl(path.query))
        if query.get("apikey") != "test-key":
            return None
        return json.dumps({"Symbol": query["symbol"], "LatestQuarter": "2026-09-30", "PERatio": "18.2"})

    def filing(self, name):
        if name == "index.json":
            days = [datetime.date.today() - datetime.timedelta(days=back) for back in range(1, 40)]
            return json.dumps({"directory": {"item": [
                {"name": f"form.{day:%Y%m%d}.idx"} for day in days if day.weekday() < 5]}})
        if name.startswith("form."):
            compact = name[5:13]
            lines = [f"4   {who} {cik}   {compact}   edgar/data/{cik}/{int(cik):010}-26-{compact[2:]}.txt"
                     for who, cik in (("Zeta Test Corp", CIK), ("Somebody Else", "99"))]
            return "Form Type\n------\n" + "\n".join(lines) + "\n"
        compact = "20" + name[14:20]
        return FILING.format(accession=name[:-4], compact=compact, day=day_of(compact), cik=CIK)


def run_job(place, job, *words):
    before = len(runs_of(place, job))
    place.ask("jobs", "trigger", job, *words)

    def ended():
        runs = runs_of(place, job)
        return runs[0] if len(runs) > before and runs[0]["ended_at"] else None
    return wait_until(ended, 60, f"a run of {job} that ended")


def runs_of(place, job):
    return [run for run in json.loads(place.ask("jobs", "history", "--json")) if run["job"] == job]


def altdata(place, publishers, redis):
    broken = next(iter(sorted(name_of_filings())))
    publishers.refused.add(broken)
    first = run_job(place, "altdata")
    check(first["items_failed"] == 1, f"one filing was refused: {first}")
    check(redis.ask("GET", "jobs:altdata:last_run") is None, "last_run advanced after a failure")
    wait_until(lambda: alert_of(redis) == "JOB_FAILED", 20, lambda: f"an alert; the last is {alert_of(redis)}")
    publishers.refused.clear()
    second = run_job(place, "altdata")
    check(second["items_failed"] == 0 and second["state"] == "done", f"the second run: {second}")
    check(redis.ask("GET", "jobs:altdata:last_run") is not None, "last_run did not advance")
    shown = place.ask("data", "show", "ZZZT")
    check("short interest" in shown, f"no short interest: {shown}")
    check(publishers.agents == {CONTACT}, f"the SEC saw {publishers.agents}")
    strangers = [name for name in publishers.asked if name.startswith("0000000099")]
    check(not strangers, f"filings of others were fetched: {strangers}")
    again = [name for name, count in publishers.asked.items() if count > 1 and name.endswith(".txt")]
    check(again == [broken], f"fetched again: {again}")
    files = [name for name in publishers.asked if name.startswith("shrt")]
    check(len(files) >= 3 and all(publishers.asked[name] == 1 for name in files), f"{files}")
    print(f"altdata: {first['items_done']} items, one refused; then {second['items_done']} and "
          f"{second['items_skipped']} passed over; {len(files)} files of FINRA once each")


def alert_of(redis):
    text = redis.ask("GET", "ALERTS:LAST")
    return json.loads(text)["event"] if text else None


def name_of_filings():
    days = [datetime.date.today() - datetime.timedelta(days=back) for back in range(3, 9)]
    return [f"{int(CIK):010}-26-{day:%y%m%d}.txt" for day in days if day.weekday() < 5]


def fundamentals(place, publishers, redis):
    first = run_job(place, "weekly_fundamentals")
    check(first["items_done"] == 1 and first["rows"] == 1, f"{first}")
    second = run_job(place, "weekly_fundamentals")
    check(second["items_skipped"] == 1 and publishers.asked["query"] == 1, f"{second}")
    _, marks = redis.ask("SCAN", "0", "MATCH", "jobs:weekly_fundamentals:*", "COUNT", "1000")
    redis.ask("DEL", *marks)
    third = run_job(place, "weekly_fundamentals")
    check(third["items_done"] == 1 and publishers.asked["query"] == 1, f"{third}")
    stats = json.loads(place.ask("cache", "stats", "--json"))["fundamentals"]["counters"]
    check((stats["fetches"], stats["hits"]) == (1, 1), f"{stats}")
    print("weekly_fundamentals: asked once in a week, and once while the answer is kept")


def backfill(place):
    refused = subprocess.run(place.command("jobs", "trigger", "backfill", "--arguments", '{"years":99}'),
                             capture_output=True, text=True, check=False, env=place.environment)
    check(refused.returncode == 2 and "years" in refused.stderr, f"{refused}")
    check(not json.loads(place.ask("jobs", "history", "backfill", "--json")), "a refused request ran")
    first = run_job(place, "backfill", "--arguments", '{"years":2,"symbols":["AAA","BBB"]}')
    check(first["items_done"] == 2 and first["rows"] > 900, f"{first}")
    second = run_job(place, "backfill", "--arguments", '{"symbols":["BBB","CCC"]}')
    check((second["items_skipped"], second["items_done"]) == (1, 1), f"{second}")
    print(f"backfill: {first['rows']} rows of 2 symbols, then one passed over")


def scenario(given, _system, folder):
    redis = bar_server.Redis(folder)
    redis.start()
    vendor = bar_server.Vendor(redis, "backfill:completed")
    publishers = Publishers()
    place = daily_bars_test.Place(given, folder / "place", redis, vendor)
    place.environment = place.environment | {"ALPHAVANTAGE_API_KEY": "test-key"}
    place.settings += [f"jobs.{name}_url={publishers.url()}" for name in ("finra", "edgar", "overview")]
    place.settings += [f"jobs.contact={CONTACT}", "jobs.attempts=1"]
    try:
        place.root.mkdir()
        members = place.root / "members.csv"
        members.write_text(f"Symbol,Name,Sector,CIK\nZZZT,Zeta,None,{CIK}\n", encoding="ascii")
        place.ask("data", "import", str(members), "--universe", "test")
        place.start()
        altdata(place, publishers, redis)
        fundamentals(place, publishers, redis)
        backfill(place)
        place.stop()
        place.ask("keys", "check")
        log = (place.root / "runner.log").read_text()
        check("test-key" not in log and "test-secret" not in log, "a key is in the log")
    finally:
        place.stop(9)
        publishers.server.shutdown()
        vendor.server.shutdown()
        redis.kill()


if __name__ == "__main__":
    sys.exit(harness.main(harness.options(__doc__.splitlines()[0]), scenario))
