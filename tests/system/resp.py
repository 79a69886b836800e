"""Speaks RESP with a Redis server over a unix socket, with nothing but the standard library."""

import socket


class RespError(Exception):
    """An error answer of the server."""


class Connection:
    """One connection; a call that takes longer than `timeout` seconds raises TimeoutError."""

    def __init__(self, path, user, password, timeout=5.0):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        self.socket.connect(path)
        self.file = self.socket.makefile("rb")
        self.call("AUTH", user, password)

    def close(self):
        self.file.close()
        self.socket.close()

    def send(self, *words):
        parts = [b"*%d\r\n" % len(words)]
        for word in words:
            data = word if isinstance(word, bytes) else str(word).encode()
            parts.append(b"$%d\r\n%s\r\n" % (len(data), data))
        self.socket.sendall(b"".join(parts))

    def call(self, *words):
        self.send(*words)
        answer = self.read()
        if isinstance(answer, RespError):
            raise answer
        return answer

    def line(self):
        text = self.file.readline()
        if not text.endswith(b"\r\n"):
            raise ConnectionError("the server closed the connection")
        return text[:-2]

    def read(self):
        head = self.line()
        kind, rest = head[:1], head[1:]
        if kind == b"+":
            return rest.decode()
        if kind == b"-":
            return RespError(rest.decode())
        if kind == b":":
            return int(rest)
        if kind == b"$":
            size = int(rest)
            return None if size < 0 else self.file.read(size + 2)[:-2].decode("utf-8", "replace")
        if kind == b"*":
            return [self.read() for _ in range(int(rest))]
        raise ConnectionError(f"not RESP: {head!r}")
