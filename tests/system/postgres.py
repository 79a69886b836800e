"""A private PostgreSQL server on a unix socket, run by an unprivileged user."""

import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile

import harness


def program(name):
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else name


class Server:
    """Started by start(), stopped by stop(); its data goes with destroy()."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bulwark-pg-"))
        self.process = None
        self.who = {}
        if os.geteuid() == 0:  # The server refuses to run as root.
            names = [entry.pw_name for entry in pwd.getpwall()]
            user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self.who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        subprocess.run([program("initdb"), "-D", self.folder / "data", "-A", "trust", "-U", "bulwark",
                        "-E", "UTF8", "--locale=C", "--no-sync"], check=True, cwd="/",
                       stdout=subprocess.DEVNULL, **self.who)

    def url(self, schema="public"):
        return (f"postgresql:///postgres?user=bulwark&host={self.folder}"
                f"&options=-csearch_path%3D{schema}")

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [program("postgres"), "-D", self.folder / "data", "-k", self.folder,
                 "-c", "listen_addresses=", "-c", "max_connections=60"],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/", **self.who)
        harness.wait_until(self.answers, 60, "PostgreSQL")

    def answers(self):
        return self.sql("SELECT 1") == "1"

    def sql(self, text):
        done = subprocess.run([program("psql"), "-X", "-h", self.folder, "-U", "bulwark", "-d",
                               "postgres", "-Atqc", text], capture_output=True, text=True,
                              check=False, cwd="/")
        return done.stdout.strip() if done.returncode == 0 else None

    def stop(self, how=signal.SIGINT):
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(60)
            self.process = None

    def destroy(self):
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)
