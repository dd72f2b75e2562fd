"""Puts pandablocks, the official client of PandABlocks, to a simulated box on its fixed ports, and prints what came of it.

Runs in a network of its own: `unshare -rn python official_session.py DENO SIMULATOR FOLDER`.
Each line of the output is `{"step": ..., "result": ...}`.
"""

import asyncio
import dataclasses
import json
import os
import subprocess
import sys

import h5py
import numpy as np
from pandablocks.asyncio import AsyncioClient
from pandablocks.blocking import BlockingClient
from pandablocks.commands import (
    Append,
    Arm,
    ChangeGroup,
    Disarm,
    Get,
    GetBlockInfo,
    GetChanges,
    GetFieldInfo,
    GetMultiline,
    GetPcapBitsLabels,
    GetState,
    Put,
    Raw,
    SetState,
)
from pandablocks.responses import EndData, FrameData, ReadyData, StartData
from pandablocks.utils import table_to_words, words_to_table

DENO, SIMULATOR, FOLDER = sys.argv[1:4]
ROWS = 500

# The sequencer gives ROWS captures when the box is armed, and ends the acquisition.
SETUP = [
    "PCAP.ENABLE=SEQ1.ACTIVE",
    "SEQ1.ENABLE=PCAP.ACTIVE",
    "PCAP.GATE=SEQ1.OUTA",
    "PCAP.CAPTURE=SEQ1.OUTB",
    "SEQ1.REPEATS=1",
    "SEQ1.PRESCALE=0.000001",
    "COUNTER1.ENABLE=SEQ1.ACTIVE",
    "COUNTER1.TRIG=SEQ1.OUTA",
    "COUNTER1.OUT.SCALE=0.5",
    "COUNTER1.OUT.UNITS=mm<&>",
    "INENC2.VAL.SCALE=0.001",
    "INENC2.VAL.CAPTURE=Min Max Mean",
    "COUNTER1.OUT.CAPTURE=Value",
    "PCAP.TS_START.CAPTURE=Value",
    "PCAP.BITS1.CAPTURE=Value",
]


def tell(step, result):
    print(json.dumps({"step": step, "result": result}), flush=True)


def columns(frames):
    data = np.concatenate([frame.data for frame in frames])
    return {name: data[name] for name in data.dtype.names}


def program(*arguments, text=""):
    done = subprocess.run(
        [sys.executable, "-m", "pandablocks", *arguments], input=text, capture_output=True, text=True, timeout=30
    )
    return {"status": done.returncode, "out": done.stdout, "err": done.stderr}


def blocking():
    with BlockingClient("127.0.0.1") as client:
        blocks = client.send(GetBlockInfo(skip_description=True))
        tell("blocks", {name: info.number for name, info in blocks.items()})
        fields = {}
        for name in blocks:
            try:
                infos = client.send(GetFieldInfo(name))
                fields[name] = {field: dataclasses.asdict(info) for field, info in infos.items()}
            except Exception as error:
                fields[name] = str(error)
        tell("fields", fields)
        try:
            client.send(GetBlockInfo())
        except Exception as error:
            tell("no description", str(error).splitlines()[-1])
        for line in SETUP:
            name, value = line.split("=", maxsplit=1)
            client.send(Put(name, value))
        tell("get", client.send([Get("COUNTER1.OUT.UNITS"), Get("PCAP.GATE"), Get("*IDN")]))
        table = client.send(GetFieldInfo("SEQ"))["TABLE"]
        lines = {name: np.zeros(1, dtype=np.uint32) for name in table.fields}
        lines["TRIGGER"] = ["Immediate"]
        lines.update(REPEATS=np.array([ROWS]), TIME1=np.array([3]), TIME2=np.array([2]))
        lines.update(OUTA1=np.array([1]), OUTB2=np.array([1]))
        client.send(Put("SEQ1.TABLE", table_to_words(lines, table)))
        words = client.send(GetMultiline("SEQ1.TABLE"))
        back = words_to_table(words, table)
        tell("table", {name: list(map(str, column)) for name, column in back.items()})
        client.send(Append("PGEN1.TABLE", ["1", "2"]))
        client.send(Append("PGEN1.TABLE", ["3"], last=True))
        tell("append", client.send([Get("PGEN1.TABLE.MODE"), Raw(["PGEN1.TABLE<<", "4", ""])]))
        labels = client.send(GetPcapBitsLabels())
        tell("labels", {name: bits[:4] for name, bits in labels.items()})
        client.send(GetChanges(ChangeGroup.ALL))
        client.send(Put("PULSE1.DELAY", 1.25))
        changes = client.send(GetChanges(ChangeGroup.CONFIG))
        tell("changes", [changes.values, changes.no_value, changes.in_error])
        events, frames = [], []
        for event in client.data(scaled=True):
            events.append(type(event).__name__)
            if isinstance(event, ReadyData):
                client.send(Arm())
            if isinstance(event, StartData):
                tell("start", [[f.name, str(f.type), f.capture, f.scale, f.offset, f.units] for f in event.fields])
            if isinstance(event, FrameData):
                frames.append(event)
            if isinstance(event, EndData):
                tell("end", [event.samples, event.reason.value])
                break
        tell("events", sorted(set(events)))
        counted = columns(frames)["COUNTER1.OUT.Value"]
        tell("counted", [len(counted), list(counted[:3]), bool(np.all(np.diff(counted) == 0.5))])


async def both():
    async with AsyncioClient("127.0.0.1") as client:
        names = [f"COUNTER{at}.OUT" for at in range(1, 9)] * 20
        values = await asyncio.gather(*(client.send(Get(name)) for name in names))
        tell("gathered", [len(values), all(value.lstrip("-").isdigit() for value in values)])

        async def read(scaled):
            frames, end = [], None
            async for event in client.data(scaled=scaled, flush_period=0.05):
                if isinstance(event, ReadyData):
                    waiting.release()
                if isinstance(event, FrameData):
                    frames.append(event)
                if isinstance(event, EndData):
                    end = event
                    break
            return columns(frames), end

        waiting = asyncio.Semaphore(0)
        readers = [asyncio.create_task(read(scaled)) for scaled in (True, False)]
        await waiting.acquire()
        await waiting.acquire()
        await client.send(Arm())
        (scaled, end), (raw, _) = await asyncio.gather(*readers)
        samples = raw["PCAP.SAMPLES.Value"].astype(np.uint32)
        mean = raw["INENC2.VAL.Mean"] * 0.001 / samples + 0
        same = {
            "mean": bool(np.array_equal(0.001 * raw["INENC2.VAL.Mean"] / samples, scaled["INENC2.VAL.Mean"])),
            "min": bool(np.array_equal(0.001 * raw["INENC2.VAL.Min"] + 0, scaled["INENC2.VAL.Min"])),
            "value": bool(np.array_equal(0.5 * raw["COUNTER1.OUT.Value"] + 0, scaled["COUNTER1.OUT.Value"])),
            "bits": bool(np.array_equal(raw["PCAP.BITS1.Value"], scaled["PCAP.BITS1.Value"])),
            "within": bool(np.all(mean <= scaled["INENC2.VAL.Max"])),
        }
        tell("both", [end.samples, len(samples), same])
        state = await client.send(GetState())
        await client.send(SetState([line for line in state if "QUEUED_LINES" not in line]))
        async with AsyncioClient("127.0.0.1") as other:
            tell("state", [len(state), state == await other.send(GetState())])
        await client.send(Disarm())


def command_line():
    saved = os.path.join(FOLDER, "saved.txt")
    scheme = os.path.join(FOLDER, "run_%d.h5")
    result = program("save", "127.0.0.1", saved)
    lines = open(saved).read().splitlines()
    tell("save", [result["status"], len(lines), "COUNTER1.OUT.UNITS=mm<&>" in lines, "SEQ1.TABLE<B" in lines])
    with BlockingClient("127.0.0.1") as client:
        client.send(Put("SEQ1.PRESCALE", 1))
    result = program("load", "127.0.0.1", saved)
    with BlockingClient("127.0.0.1") as client:
        tell("load", [result["status"], result["err"].count("not writeable"), client.send(Get("SEQ1.PRESCALE"))])
    result = program("hdf", "127.0.0.1", scheme, "--arm", "--num", "2")
    files = []
    for number in (1, 2):
        with h5py.File(scheme % number, "r") as file:
            counts = file["COUNTER1.OUT.Value"][:]
            files.append([sorted(file), len(counts), bool(np.all(np.diff(counts) == 0.5)), sorted(file.attrs)])
    tell("hdf", [result["status"], files])
    typed = "PULSE1.DELAY.UNITS?\nSEQ1.TABLE<\n1 2 3 4\n\nSEQ1.TABLE?\nnothing\n"
    result = program("control", "127.0.0.1", "--no-readline", text=typed)
    tell("control", result["out"])
    result = program("load", "127.0.0.1", "--tutorial")
    tell("tutorial", result["status"])


subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
server = subprocess.Popen(
    [DENO, "run", "--no-prompt", "--allow-net=127.0.0.1:8888,127.0.0.1:8889", SIMULATOR], stdout=subprocess.PIPE
)
try:
    while not server.stdout.readline().startswith(b"data on 127.0.0.1:8889"):
        assert server.poll() is None, "the simulator ended"
    blocking()
    asyncio.run(both())
    command_line()
finally:
    server.terminate()
    server.wait()
