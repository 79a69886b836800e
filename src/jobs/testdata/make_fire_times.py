#!/usr/bin/env python3
"""Writes fire_times.txt: when the built-in jobs run from 2026 to 2027, by Python's own time zones.

Nothing of the program is used: holidays are typed from the exchange's release of December 2025,
weeks are datetime's, and New York is the system's time-zone database.
"""
import datetime
import pathlib
import zoneinfo

NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
CLOSED = """
2026-01-01 2026-01-19 2026-02-16 2026-04-03 2026-05-25 2026-06-19 2026-07-03 2026-09-07 2026-11-26
2026-12-25 2027-01-01 2027-01-18 2027-02-15 2027-03-26 2027-05-31 2027-06-18 2027-07-05 2027-09-06
2027-11-25 2027-12-24
""".split()


def fires(day):
    if day.isoweekday() <= 5 and day.isoformat() not in CLOSED:
        yield "daily_bars", 17, day.isoformat()
    if day.isoweekday() == 6:
        yield "weekly_fundamentals", 6, "%d-W%02d" % day.isocalendar()[:2]
    if day.day in (1, 15):
        yield "altdata", 7, "-"


def main():
    day, lines = datetime.date(2026, 1, 1), []
    while day.year < 2028:
        for job, hour, label in fires(day):
            local = datetime.datetime(day.year, day.month, day.day, hour, tzinfo=NEW_YORK)
            at = local.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
            lines.append(f"{at} {job} {label}\n")
        day += datetime.timedelta(days=1)
    pathlib.Path(__file__).with_name("fire_times.txt").write_text("".join(sorted(lines)))


if __name__ == "__main__":
    main()
