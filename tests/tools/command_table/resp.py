"""A tiny RESP3 client: enough to ask a server about its commands.

Used instead of redis-py so that no response callback changes what the server said.
"""

import socket


class ServerError(Exception):
    """An error reply."""


class Client:
    def __init__(self, port, timeout=10, protocol=3):
        self.sock = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.buf = self.sock.makefile("rb")
        if protocol == 3:
            self.call("HELLO", "3")

    def close(self):
        self.buf.close()
        self.sock.close()

    def send(self, *args):
        out = [b"*%d\r\n" % len(args)]
        for a in args:
            if not isinstance(a, bytes):
                a = str(a).encode()
            out.append(b"$%d\r\n%s\r\n" % (len(a), a))
        self.sock.sendall(b"".join(out))

    def call(self, *args):
        self.send(*args)
        return self.read()

    def try_call(self, *args):
        """The reply, or the ServerError as a value."""
        try:
            return self.call(*args)
        except ServerError as e:
            return e

    def read(self):
        value = self._read()
        if isinstance(value, ServerError):
            raise value
        return value

    def _read(self):
        line = self.buf.readline()
        if not line:
            raise ConnectionError("server closed the connection")
        kind, rest = line[:1], line[1:-2]
        if kind == b"+":
            return rest.decode()
        if kind == b"-":
            return ServerError(rest.decode())
        if kind == b":":
            return int(rest)
        if kind == b",":
            return float(rest)
        if kind == b"#":
            return rest == b"t"
        if kind == b"_":
            return None
        if kind == b"(":
            return int(rest)
        if kind in b"$=!":
            n = int(rest)
            if n < 0:
                return None
            data = self.buf.read(n + 2)[:-2]
            if kind == b"=":
                data = data[4:]
            if kind == b"!":
                return ServerError(data.decode())
            try:
                return data.decode()
            except UnicodeDecodeError:
                return data
        if kind in b"*~>":
            n = int(rest)
            return None if n < 0 else [self._read() for _ in range(n)]
        if kind == b"%":
            out = {}
            for _ in range(int(rest)):
                k = self._read()
                v = self._read()
                out[k if not isinstance(k, list) else tuple(k)] = v
            return out
        raise ValueError("unknown reply type %r" % line)
