"""Speaks RESP with a Redis server, with nothing but the standard library."""

import selectors
import socket
import threading


class RespError(Exception):
    """An error answer of the server."""


class Connection:
    """One connection; a call that takes longer than `timeout` seconds raises TimeoutError."""

    def __init__(self, path, user, password, timeout=5.0):
        self._begin(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM), path, timeout)
        self.call("AUTH", user, password)

    @classmethod
    def over_tcp(cls, host, port, timeout=5.0):
        """To a server that asks for no password."""
        connection = cls.__new__(cls)
        connection._begin(socket.socket(), (host, port), timeout)
        return connection

    def _begin(self, end, address, timeout):
        self.socket = end
        self.socket.settimeout(timeout)
        self.socket.connect(address)
        self.file = self.socket.makefile("rb")

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


class Forwarder:
    """A port that leads to another one; lead_to() cuts what is open and leads elsewhere."""

    def __init__(self, target):
        self.target, self.ends, self.is_open = target, {}, True
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.lock = threading.Lock()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def lead_to(self, target):
        with self.lock:
            self.target = target
            for end in list(self.ends):
                self._cut(end)

    def close(self):
        self.is_open = False
        self.thread.join(10)
        with self.lock:
            for end in list(self.ends):
                self._cut(end)
        self.listener.close()

    def _run(self):
        while self.is_open:
            for key, _ in self.selector.select(timeout=0.1):
                with self.lock:
                    self._accept() if key.fileobj is self.listener else self._pass_on(key.fileobj)

    def _accept(self):
        near, _ = self.listener.accept()
        try:
            far = socket.create_connection(("127.0.0.1", self.target), timeout=2)
        except OSError:
            near.close()
            return
        for one, other in ((near, far), (far, near)):
            self.ends[one] = other
            self.selector.register(one, selectors.EVENT_READ)

    def _pass_on(self, end):
        other = self.ends.get(end)
        if other is None:
            return  # Cut a moment ago.
        try:
            data = end.recv(65536)
            if data:
                other.sendall(data)
                return
        except OSError:
            pass
        self._cut(end)

    def _cut(self, end):
        other = self.ends.pop(end, None)
        for one in (end, other):
            if one is not None:
                self.ends.pop(one, None)
                try:
                    self.selector.unregister(one)
                except (KeyError, ValueError):
                    pass
                one.close()
