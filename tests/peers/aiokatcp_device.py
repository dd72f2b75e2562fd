"""A device made with aiokatcp: the sensors and requests of the conformance device, as far as aiokatcp can.

    aiokatcp_device.py [PORT [SENSORS]]

It has no restart, no timeout hints and no sensor-sampling-clear, and gives sensors no ranges.
"""
import asyncio
import enum
import ipaddress
import signal
import sys
from typing import Optional

import aiokatcp
from aiokatcp import Address, FailReply, InvalidReply, RequestContext, Sensor, Timestamp
from aiokatcp.core import decode

BEGAN = 1234567890.25


class Word(enum.Enum):
    IDLE = 1
    REMOTE_POINT = 2
    ERROR = 3


TYPES = {
    "integer": int,
    "float": float,
    "boolean": bool,
    "string": bytes,
    "timestamp": Timestamp,
    "address": Address,
    "discrete": Word,
}


class Device(aiokatcp.DeviceServer):
    VERSION = "conformance-1.0"
    BUILD_STATE = "conformance-1.0.0"

    def __init__(self, port: int, more: int) -> None:
        super().__init__("127.0.0.1", port)
        add = self._add
        add(int, "conf.int", "An integer.", "count", 3)
        add(float, "conf.float", "A float.", "V", 1.5)
        add(bool, "conf.bool", "A boolean.", "", True)
        add(Word, "conf.discrete", "One of three words.", "", Word.IDLE)
        add(bytes, "conf.string", "Any bytes.", "", b"hello world")
        add(Timestamp, "conf.timestamp", "A time.", "", Timestamp(BEGAN))
        add(Address, "conf.address", "An IPv4 address.", "", Address(ipaddress.ip_address("192.168.1.1"), 4000))
        add(Address, "conf.address6", "An IPv6 address.", "", Address(ipaddress.ip_address("::1"), 80))
        add(int, "conf.unset", "Never set.", "", 0, Sensor.Status.UNKNOWN)
        add(int, "conf.fast", "What burst sets.", "", 0)
        for index in range(more):
            add(int, f"many.{index}", "", "", 0)

    def _add(self, kind, name, description, units, value, status=Sensor.Status.NOMINAL):
        sensor = Sensor(kind, name, description, units, default=value)
        sensor.set_value(value, status, timestamp=BEGAN)
        self.sensors.add(sensor)

    def _sensor(self, name: str) -> Sensor:
        try:
            return self.sensors[name]
        except KeyError:
            raise FailReply(f"Unknown sensor {name!r}") from None

    async def request_echo(self, ctx: RequestContext, *args: bytes):
        """Reply with what is given."""
        return args

    async def request_fail_me(self, ctx: RequestContext, why: str = "As you wish"):
        """Fail."""
        raise FailReply(why)

    async def request_invalid_me(self, ctx: RequestContext, why: str = "As you wish"):
        """Be invalid."""
        raise InvalidReply(why)

    async def request_crash_me(self, ctx: RequestContext):
        """Fail by a defect."""
        raise TypeError("A defect, as you wish")

    async def request_sleep(self, ctx: RequestContext, seconds: float):
        """Reply later."""
        await asyncio.sleep(seconds)

    async def request_informs(self, ctx: RequestContext, count: int):
        """Reply with informs."""
        ctx.informs((number + 1,) for number in range(count))

    async def request_big(self, ctx: RequestContext, length: int):
        """Reply with a long argument."""
        return (b"x" * length,)

    async def request_mass(self, ctx: RequestContext, name: str, *args: bytes):
        """Tell all clients."""
        self.mass_inform(name, *args)

    async def request_set_sensor(
        self, ctx: RequestContext, name: str, value: bytes, status: str = "nominal", timestamp: Optional[Timestamp] = None
    ):
        """Set a sensor."""
        sensor = self._sensor(name)
        now = float(timestamp) if timestamp is not None else None
        sensor.set_value(decode(sensor.stype, value), Sensor.Status[status.upper()], now)

    async def request_add_sensor(self, ctx: RequestContext, name: str, kind: str):
        """Add a sensor."""
        self.sensors.add(Sensor(TYPES[kind], name))
        self.mass_inform("interface-changed", "sensor", name, "added")

    async def request_remove_sensor(self, ctx: RequestContext, name: str):
        """Remove a sensor."""
        self._sensor(name)
        del self.sensors[name]
        self.mass_inform("interface-changed", "sensor", name, "removed")

    async def request_burst(self, ctx: RequestContext, name: str, last: int, batch: int = 100):
        """Set a sensor many times."""
        sensor = self._sensor(name)
        for value in range(1, last + 1):
            sensor.set_value(value)
            if value % batch == 0:
                await asyncio.sleep(0)
        return (last,)

    async def request_close_me(self, ctx: RequestContext):
        """End this connection."""
        ctx.reply("ok")
        ctx.conn.close()


async def main() -> None:
    port, more = (int(arg) for arg in (sys.argv[1:] + ["0", "0"])[:2])
    device = Device(port, more)
    await device.start()
    print("listening on 127.0.0.1:%d" % device.sockets[0].getsockname()[1], flush=True)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, device.halt)
    await device.join()


asyncio.run(main())
