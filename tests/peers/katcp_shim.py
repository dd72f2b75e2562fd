"""The CallbackClient of the old katcp package, driven by lines of JSON as lib/katcp/conformance/shim.ts describes it.

It does not keep strategies over connections: `strategy` sets them once. Arguments that are no UTF-8 it cannot send.
"""
import json
import logging
import os
import sys
import threading

from katcp import CallbackClient, Message

KINDS = {Message.REQUEST: "request", Message.REPLY: "reply", Message.INFORM: "inform"}
logging.disable(logging.CRITICAL)
writing = threading.Lock()


def write(line):
    with writing:
        print(json.dumps(line), flush=True)


def shown_argument(argument):
    try:
        return argument.decode("utf-8")
    except UnicodeDecodeError:
        return {"hex": argument.hex()}


def shown(message):
    mid = {} if message.mid is None else {"mid": int(message.mid)}
    args = [shown_argument(arg) for arg in message.arguments]
    return {"type": KINDS[message.mtype], "name": message.name, **mid, "args": args}


def given(argument):
    return bytes.fromhex(argument["hex"]) if isinstance(argument, dict) else argument.encode("utf-8")


class Client(CallbackClient):
    def __init__(self, host, port):
        super().__init__(host, port)
        self.versions = {}
        self.came = {}
        self.news = threading.Condition()

    def handle_inform(self, message):
        if message.name == "version-connect":
            args = [arg.decode() for arg in message.arguments]
            self.versions[args[0]] = args[1:]
        elif message.mid is None:
            with self.news:
                self.came.setdefault(message.name, []).append(message)
                self.news.notify_all()
        return super().handle_inform(message)

    def notify_connected(self, connected):
        super().notify_connected(connected)
        if not connected:
            write({"event": "lost"})

    def inform_version_connect(self, message):
        """Note the protocol."""
        super().inform_version_connect(message)
        if message.arguments[0] == b"katcp-protocol":
            write({"event": "connected", "protocol": message.arguments[1].decode()})


client = None


def connect(command):
    global client
    host, port = command["address"].rsplit(":", 1)
    client = Client(host, int(port))
    client.start(timeout=5)
    if not client.wait_protocol(timeout=5):
        raise TimeoutError("no protocol")
    return {"protocol": str(client.protocol_flags), "versions": client.versions}


def ask(command, name, args):
    informs, done = [], threading.Event()
    reply = []

    def replied(message):
        reply.append(message)
        done.set()

    client.callback_request(
        Message.request(name, *args),
        reply_cb=replied,
        inform_cb=informs.append,
        timeout=command.get("timeout", 10),
    )
    done.wait()
    return reply[0], informs


def carry_request(command):
    reply, informs = ask(command, command["name"], [given(arg) for arg in command.get("args", [])])
    return {"reply": shown(reply), "informs": [shown(inform) for inform in informs]}


def inform(command):
    name, count = command["name"], command.get("count", 1)
    with client.news:
        if not client.news.wait_for(lambda: len(client.came.get(name, [])) >= count, command.get("timeout", 5)):
            raise TimeoutError("No %d informs %s" % (count, name))
        taken, client.came[name] = client.came[name][:count], client.came[name][count:]
    return {"informs": [shown(message) for message in taken]}


def strategy(command):
    reply, _ = ask(command, "sensor-sampling", [",".join(command["sensors"]), *command["strategy"].split()])
    if not reply.reply_ok():
        raise ValueError(str(reply))
    return {}


def close(command):
    client.stop()
    client.join(timeout=5)
    return {}


COMMANDS = {"connect": connect, "request": carry_request, "inform": inform, "strategy": strategy, "close": close}


def carry_out(command):
    try:
        write({"id": command["id"], "ok": True, **COMMANDS[command["do"]](command)})
    except Exception as error:
        write({"id": command["id"], "ok": False, "code": type(error).__name__, "error": str(error)})


threads = []
for line in sys.stdin:
    thread = threading.Thread(target=carry_out, args=(json.loads(line),), daemon=True)
    thread.start()
    threads.append(thread)
for thread in threads:
    thread.join()
os._exit(0)  # the client's own thread would go on for ever
