"""What somebody does to the account behind the trader's back: orders placed at the venue by hand, balances moved."""

import signal
import socket
import sqlite3
import subprocess
import uuid

from harness import check, wait_until

RAW = 100_000_000  # A decimal is stored as a count of 1e-8.
SECOND = 1_000_000_000  # Nanoseconds.


class Venue:
    """The venue's process alone, and a session with it. Ends with stop()."""

    def __init__(self, system, epoch):
        self.path = system.data / "run" / "venue.sock"
        self.path.unlink(missing_ok=True)
        with open(system.log, "ab") as out:
            self.process = subprocess.Popen([system.binary, "venue", "--data", str(system.data)],
                                            stdout=out, stderr=out, stdin=subprocess.DEVNULL)
        try:
            self.socket = wait_until(self.dial, 20, "the venue's socket")
            self.lines = self.socket.makefile("r", encoding="ascii")
            # A later session of the last run: the next run's epoch is larger still.
            self.say(f"HELLO {epoch} 1000000", "WELCOME")
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise

    def dial(self):
        dialled = socket.socket(socket.AF_UNIX)
        dialled.settimeout(10)
        try:
            dialled.connect(str(self.path))
            return dialled
        except OSError:
            dialled.close()
            return None

    def say(self, line, *answers):
        """Answers the line that begins with the last one of `answers`, which come in this order."""
        self.socket.sendall(f"{line}\n".encode("ascii"))
        said = ""
        for answer in answers:
            said = self.lines.readline().strip()
            check(said.startswith(answer), f"{line}: the venue says {said}, not {answer}")
        return said

    def stop(self):
        self.socket.close()
        self.process.send_signal(signal.SIGTERM)
        check(self.process.wait(20) == 0, "the venue did not end cleanly")


def place(system, epoch):
    """Answers the id of a limit order far below the market, and that of a market order that was filled."""
    waiting, filled = (str(uuid.UUID(int=0x1DA26B1B7C8F4E2D9B6A0F1E2D3C4B5A + more)) for more in (0, 1))
    stamp = system.query("paper.db", "SELECT clock FROM account")[0][0] + SECOND
    venue = Venue(system, epoch)
    try:
        venue.say(f"NEW {waiting} BTCUSDT BUY LIMIT GTC 0.01 1000 - {stamp}", f"ACCEPTED {waiting}")
        venue.say(f"TICK BTCUSDT BUY 60000 1 {stamp} {stamp}")
        venue.say(f"NEW {filled} BTCUSDT BUY MARKET GTC 0.02 - - {stamp}", f"ACCEPTED {filled}")
        later = stamp + 5 * SECOND
        venue.say(f"TICK BTCUSDT BUY 60000 1 {later} {later}", "FILL")
    finally:
        venue.stop()
    return waiting, filled


def move_balances(system, cash_raw, bitcoin_raw=0):
    """In the books of a paper venue that is stopped."""
    connection = sqlite3.connect(system.data / "paper.db")
    with connection:
        connection.execute("UPDATE account SET cash = cash + ?", (cash_raw,))
        connection.execute("UPDATE instruments SET quantity = quantity + ? WHERE symbol = 'BTCUSDT'",
                           (bitcoin_raw,))
    connection.close()
