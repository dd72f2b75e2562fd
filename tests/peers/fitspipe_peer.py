"""A foreign fitspipe, written from its published documentation alone: consumer, producer and server.

    fitspipe_peer.py get PORT FEED COUNT        the next COUNT frames; for each a line of JSON
    fitspipe_peer.py put PORT FEED FILE...      files as they are; what was answered, a line of JSON each
    fitspipe_peer.py serve                      a server; "listening on HOST:PORT" is its first line
"""
import hashlib
import json
import shlex
import socket
import sys
import threading

BLOCK = 2880


def exactly(sock, count):
    parts = []
    while count:
        part = sock.recv(min(count, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def header_from(read):
    header = b""
    while True:
        block = read(BLOCK)
        header += block
        if any(block[at:at + 8] == b"END     " for at in range(0, BLOCK, 80)):
            return header


def number(header, keyword):
    for at in range(0, len(header), 80):
        card = header[at:at + 80].decode("latin1")
        if card[:10] == keyword.ljust(8) + "= ":
            return int(card[10:].split("/")[0])
    raise KeyError(keyword)


def get(port, feed, count):
    """As the documented client does it: no newline behind a command, the whole list in one piece, 40 bytes, header, pixels."""
    sock = socket.create_connection(("127.0.0.1", port))
    sock.sendall(b"ls")
    lines = sock.recv(10000).decode().splitlines()
    assert lines[-1].startswith(". "), lines
    feeds = [dict(pair.split("=", 1) for pair in shlex.split(line[2:])) for line in lines[:-1]]
    newest = int(next(one for one in feeds if one["feed"] == feed)["newest"])
    print(json.dumps({"newest": newest}), flush=True)
    for wanted in range(newest + 1, newest + 1 + count):
        sock.sendall(f"get feed={feed} frame={wanted} fullheader=1".encode())
        first = exactly(sock, 40).decode()
        assert first[:2] == "# ", first
        frame, width, height = int(first[2:13]), int(first[13:23]), int(first[26:36])
        header = header_from(lambda size: exactly(sock, size))
        assert (number(header, "NAXIS1"), number(header, "NAXIS2")) == (width, height)
        pixels = exactly(sock, 2 * width * height)
        told = {"frame": frame, "width": width, "height": height, "md5": hashlib.md5(pixels).hexdigest()}
        print(json.dumps(told), flush=True)
    sock.sendall(b"get feed=nothing_of_this_name")
    print(json.dumps({"error": exactly(sock, 40).decode().rstrip()}), flush=True)


def put(port, feed, files):
    sock = socket.create_connection(("127.0.0.1", port))
    replies = sock.makefile("r")
    if feed != "default":
        sock.sendall(f"put feed={feed}\n".encode())
    for name in files:
        with open(name, "rb") as file:
            sock.sendall(file.read())
        print(json.dumps(replies.readline().rstrip()), flush=True)


class Server:
    def __init__(self):
        self.feeds = {}
        self.changed = threading.Condition()

    def serve(self):
        listener = socket.create_server(("127.0.0.1", 0))
        print("listening on 127.0.0.1:%d" % listener.getsockname()[1], flush=True)
        while True:
            sock, _ = listener.accept()
            threading.Thread(target=self.client, args=(sock,), daemon=True).start()

    def client(self, sock):
        stream = sock.makefile("rb")
        feed = "default"
        try:
            while True:
                start = stream.peek(9)[:9]
                if start == b"":
                    return
                if start == b"SIMPLE  =":
                    self.take(stream, feed)
                    sock.sendall(b". OK\n")
                    continue
                words = shlex.split(stream.readline().decode())
                named = dict(pair.split("=", 1) for pair in words[1:])
                if words[0] == "put":
                    feed = named["feed"]
                elif words[0] == "ls":
                    rows = ["+ feed=%s newest=%d depth=%d\n" % (name, len(all), len(all)) for name, all in self.feeds.items()]
                    sock.sendall(("".join(rows) + ". OK\n").encode())
                elif words[0] == "get":
                    self.give(sock, named)
                else:
                    sock.sendall(b"! what?\n")
        except (EOFError, ConnectionError):
            pass

    def take(self, stream, feed):
        def read(count):
            data = stream.read(count)
            if len(data) < count:
                raise EOFError
            return data
        header = header_from(read)
        width, height = number(header, "NAXIS1"), number(header, "NAXIS2")
        size = 2 * width * height
        pixels = read(size)
        read(-size % BLOCK)
        with self.changed:
            self.feeds.setdefault(feed, []).append((header, width, height, pixels))
            self.changed.notify_all()

    def give(self, sock, named):
        frames = self.feeds.get(named["feed"])
        if frames is None:
            sock.sendall(b"! no such feed".ljust(39) + b"\n")
            return
        wanted = int(named.get("frame", len(frames)))
        with self.changed:
            self.changed.wait_for(lambda: len(frames) >= wanted)
            header, width, height, pixels = frames[wanted - 1]
        first = ("# %10d %10d x %10d 16\n" % (wanted, width, height)).encode()
        sock.sendall(first + (header if named.get("fullheader") == "1" else b"") + pixels)


if __name__ == "__main__":
    mode, *rest = sys.argv[1:]
    if mode == "get":
        get(int(rest[0]), rest[1], int(rest[2]))
    elif mode == "put":
        put(int(rest[0]), rest[1], rest[2:])
    else:
        Server().serve()
