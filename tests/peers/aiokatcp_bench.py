"""How fast aiokatcp is: `codec LINE` prints what it parses and formats a second, `client PORT CONCURRENT NAME ARG...` its requests."""
import asyncio
import sys
import time

import aiokatcp
from aiokatcp.core import Message
from katcp_codec import Parser


def most(work):
    rates = []
    for _ in range(10):
        began = time.perf_counter()
        done = 0
        while time.perf_counter() - began < 0.05:
            done += work()
        rates.append(done / (time.perf_counter() - began))
    return max(rates)


def codec(line):
    stream = (line.encode() + b"\n") * 900
    message = Message.parse(line.encode() + b"\n")
    print(most(lambda: len(Parser(1 << 21).append(stream))), most(lambda: len([bytes(message) for _ in range(900)])))


async def client(port, concurrent, name, *args):
    device = await aiokatcp.Client.connect("127.0.0.1", int(port))
    began, count = time.perf_counter(), 0

    async def ask():
        nonlocal count
        while time.perf_counter() - began < 1.5:
            await device.request(name, *args)
            count += 1

    await asyncio.gather(*(ask() for _ in range(int(concurrent))))
    print(count / (time.perf_counter() - began))


codec(sys.argv[2]) if sys.argv[1] == "codec" else asyncio.run(client(*sys.argv[2:]))
