"""What the reference client does: decoding, scaling to columns, receiving, HDF5, commands. Prints one line of JSON."""
import json, os, socket, sys, time
import numpy
from pandablocks.commands import Put
from pandablocks.connections import ControlConnection, DataConnection
from pandablocks.hdf import FrameProcessor, create_default_pipeline, stop_pipeline
from pandablocks.responses import FrameData, StartData

ports = {"data": int(sys.argv[1]), "control": int(sys.argv[2])}
streams = dict(arg.split("=") for arg in sys.argv[3:])

def decode(path, look):
    stream, connection, processor = open(path, "rb").read(), DataConnection(), FrameProcessor()
    connection.connect("scaled" in path)
    began = time.perf_counter()
    for at in range(0, len(stream), 65536):
        for data in connection.receive_bytes(stream[at : at + 65536]):
            if isinstance(data, StartData):
                processor.create_processors(data)
            elif look and isinstance(data, FrameData):
                [numpy.ascontiguousarray(column) for column in processor.scale_data(data)]
    return len(stream) / (time.perf_counter() - began)

def receive():
    connection, received = DataConnection(), 0
    link = socket.create_connection(("127.0.0.1", ports["data"]))
    link.sendall(connection.connect(True))
    began = time.perf_counter()
    while chunk := link.recv(4096):  # as much as its own clients read
        received += len(chunk)
        list(connection.receive_bytes(chunk))
    return received / (time.perf_counter() - began)

def record(path):
    stream, connection, began = open(path, "rb").read(), DataConnection(), time.perf_counter()
    pipeline = create_default_pipeline(iter([path + ".h5"]), {})
    connection.connect(True)
    for at in range(0, len(stream), 8 << 20):  # it flushes every second, which is about as much
        for data in [*connection.receive_bytes(stream[at : at + (8 << 20)], False), *connection.flush()]:
            pipeline[0].queue.put_nowait(data)
    stop_pipeline(pipeline)
    os.remove(path + ".h5")
    return len(stream) / (time.perf_counter() - began)

def commands(window):
    connection, link, done = ControlConnection(), socket.create_connection(("127.0.0.1", ports["control"])), 0
    began = time.perf_counter()
    while time.perf_counter() - began < 1:
        link.sendall(b"".join(connection.send(Put("PULSE1.WIDTH", str(done + n))) for n in range(window)))
        left = window
        while left > 0:
            connection.receive_bytes(link.recv(4096))
            left -= len(list(connection.responses()))
        done += window
    return done / (time.perf_counter() - began)

print(json.dumps({
    "decode": decode(streams["raw"], False), "single": decode(streams["single"], False),
    "raw": decode(streams["raw"], True), "scaled": decode(streams["scaled"], True),
    "record": record(streams["scaled"]), "receive": receive(), "one": commands(1), "hundred": commands(100)}))
