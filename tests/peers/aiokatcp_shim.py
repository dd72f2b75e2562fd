"""The client of aiokatcp, driven by lines of JSON as lib/katcp/conformance/shim.ts describes it.

aiokatcp has no timeouts and does not keep strategies over connections: `strategy` sets them once.
"""
import asyncio
import json
import logging
import sys

import aiokatcp
from aiokatcp.core import Message

KINDS = {Message.Type.REQUEST: "request", Message.Type.REPLY: "reply", Message.Type.INFORM: "inform"}
logging.disable(logging.CRITICAL)


def write(line):
    print(json.dumps(line), flush=True)


def shown_argument(argument):
    try:
        return argument.decode("utf-8")
    except UnicodeDecodeError:
        return {"hex": argument.hex()}


def shown(message):
    mid = {} if message.mid is None else {"mid": message.mid}
    return {
        "type": KINDS[message.mtype],
        "name": message.name,
        **mid,
        "args": [shown_argument(bytes(arg)) for arg in message.arguments],
    }


def given(argument):
    return bytes.fromhex(argument["hex"]) if isinstance(argument, dict) else argument.encode("utf-8")


class Client(aiokatcp.Client):
    def __init__(self, host, port):
        super().__init__(host, port)
        self.protocol = None
        self.versions = {}
        self.came = {}
        self.news = asyncio.Condition()

    def handle_inform(self, message):
        args = [shown_argument(arg) for arg in message.arguments]
        if message.name == "version-connect":
            self.versions[args[0]] = args[1:]
            if args[0] == "katcp-protocol":
                self.protocol = args[1]
        super().handle_inform(message)
        self.came.setdefault(message.name, []).append(message)
        asyncio.ensure_future(self.tell())

    async def tell(self):
        async with self.news:
            self.news.notify_all()

    async def take(self, name, count):
        async with self.news:
            await self.news.wait_for(lambda: len(self.came.get(name, [])) >= count)
        taken, self.came[name] = self.came[name][:count], self.came[name][count:]
        return taken


class Shim:
    client = None

    async def connect(self, command):
        host, port = command["address"].rsplit(":", 1)
        self.client = Client(host, int(port))
        self.client.add_connected_callback(
            lambda: write({"event": "connected", "protocol": self.client.protocol})
        )
        self.client.add_disconnected_callback(lambda: write({"event": "lost"}))
        await self.client.wait_connected()
        return {"protocol": self.client.protocol, "versions": self.client.versions}

    async def request(self, command):
        reply, informs = await self.client.request_raw(command["name"], *map(given, command.get("args", [])))
        return {"reply": shown(reply), "informs": [shown(inform) for inform in informs]}

    async def inform(self, command):
        return {"informs": [shown(inform) for inform in await self.client.take(command["name"], command.get("count", 1))]}

    async def strategy(self, command):
        args = [",".join(command["sensors"]), *command["strategy"].split()]
        await self.client.request("sensor-sampling", *args)
        return {}

    async def close(self, command):
        self.client.close()
        await self.client.wait_closed()
        return {}

    async def carry_out(self, command):
        try:
            limit = command.get("timeout", 10)
            result = await asyncio.wait_for(getattr(self, command["do"])(command), limit)
            write({"id": command["id"], "ok": True, **result})
        except Exception as error:
            write({"id": command["id"], "ok": False, "code": type(error).__name__, "error": str(error)})


async def main():
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 26)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    shim, running = Shim(), set()
    while line := await reader.readline():
        task = asyncio.ensure_future(shim.carry_out(json.loads(line)))
        running.add(task)
        task.add_done_callback(running.discard)
    if running:
        await asyncio.wait(running)


asyncio.run(main())
