"""Decodes recorded streams with pandablocks, the official client, and prints what it makes of them.

`python official_recordings.py FILE...`; each line of the output is `{"file": ..., "events": [...]}`.
"""

import hashlib
import json
import sys

from pandablocks.connections import DataConnection
from pandablocks.responses import EndData, FrameData, ReadyData, StartData


def told(event):
    if isinstance(event, ReadyData):
        return {"t": "ready"}
    if isinstance(event, EndData):
        return {"t": "end", "samples": event.samples, "reason": event.reason.value}
    if isinstance(event, StartData):
        fields = [
            {
                "name": field.name,
                "type": str(field.type),
                "capture": field.capture,
                "scale": field.scale,
                "offset": field.offset,
                "units": field.units,
            }
            for field in event.fields
        ]
        offset = event.hw_time_offset_ns
        return {
            "t": "start",
            "fields": fields,
            "missed": event.missed,
            "process": event.process,
            "format": event.format,
            "sample_bytes": event.sample_bytes,
            "arm_time": event.arm_time,
            "start_time": event.start_time,
            "hw_time_offset_ns": None if offset is None else int(offset),
        }
    assert isinstance(event, FrameData)
    names = event.data.dtype.names
    columns = [event.data[name] for name in names]
    return {
        "t": "frame",
        "rows": len(event.data),
        "cols": [
            {"name": name, "dtype": column.dtype.str, "sha256": hashlib.sha256(column.tobytes()).hexdigest()}
            for name, column in zip(names, columns)
        ],
    }


for path in sys.argv[1:]:
    connection = DataConnection()
    connection.connect(True)
    events = []
    with open(path, "rb") as file:
        events += [told(event) for event in connection.receive_bytes(file.read())]
    print(json.dumps({"file": path, "events": events}))
