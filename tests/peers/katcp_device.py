"""A device made with the old katcp package: the sensors and requests of the conformance device, as far as it can.

    katcp_device.py [PORT [MAJOR]]      MAJOR is 5, or 4 for a device that speaks the version before

One thread does everything, and one byte that is no UTF-8 ends it: never send it any.
"""
import logging
import os
import signal
import sys
import threading
import time

from katcp import DeviceServer, Message, ProtocolFlags, Sensor
from katcp.kattypes import Int, Float, Str, request, return_reply

BEGAN = 1234567890.25
MAJOR = int(sys.argv[2]) if len(sys.argv) > 2 else 5
logging.disable(logging.CRITICAL)


class Device(DeviceServer):
    VERSION_INFO = ("conformance", 1, 0)
    BUILD_INFO = ("conformance", 1, 0, "")
    PROTOCOL_INFO = ProtocolFlags(5, 1, [b"M", b"I", b"B", b"T"]) if MAJOR == 5 else ProtocolFlags(4, 0, [b"M"])

    def setup_sensors(self):
        add = self._add
        add(Sensor.integer("conf.int", "An integer.", "count", [-10, 10]), 3)
        add(Sensor.float("conf.float", "A float.", "V", [-5.5, 5.5]), 1.5)
        add(Sensor.boolean("conf.bool", "A boolean.", ""), True)
        add(Sensor.discrete("conf.discrete", "One of three words.", "", ["idle", "remote-point", "error"]), "idle")
        add(Sensor.string("conf.string", "Any text.", ""), "hello world")
        add(Sensor.timestamp("conf.timestamp", "A time.", ""), BEGAN)
        add(Sensor.address("conf.address", "An IPv4 address.", ""), ("192.168.1.1", 4000))
        add(Sensor.integer("conf.unset", "Never set.", "", [0, 1]), 0, Sensor.UNKNOWN)
        add(Sensor.integer("conf.fast", "What burst sets.", "", [0, 1000000]), 0)

    def _add(self, sensor, value, status=Sensor.NOMINAL):
        sensor.set(BEGAN, status, value)
        self.add_sensor(sensor)

    def request_echo(self, req, msg):
        """Reply with what is given."""
        return req.make_reply("ok", *msg.arguments)

    @request(Str())
    @return_reply()
    def request_fail_me(self, req, why):
        """Fail."""
        return "fail", why

    def request_crash_me(self, req, msg):
        """Fail by a defect."""
        raise TypeError("A defect, as you wish")

    @request(Int())
    @return_reply(Int())
    def request_informs(self, req, count):
        """Reply with informs."""
        for number in range(count):
            req.inform(number + 1)
        return "ok", count

    def request_set_sensor(self, req, msg):
        """Set a sensor."""
        name, value = (arg.decode() for arg in msg.arguments[:2])
        status = msg.arguments[2] if len(msg.arguments) > 2 else b"nominal"
        at = msg.arguments[3] if len(msg.arguments) > 3 else b"%.6f" % (time.time() * (1 if MAJOR == 5 else 1000))
        self.get_sensor(name).set_formatted(at, status, value.encode(), MAJOR)
        return req.make_reply("ok")

    @request(Str(), Int())
    @return_reply(Int())
    def request_burst(self, req, name, last):
        """Set a sensor many times."""
        sensor = self.get_sensor(name)
        for value in range(1, last + 1):
            sensor.set_value(value)
        return "ok", last

    @request(Str())
    @return_reply()
    def request_add_sensor(self, req, name):
        """Add a sensor."""
        self.add_sensor(Sensor.integer(name, "", "", [0, 10]))
        self.mass_inform(Message.inform("interface-changed", "sensor", name, "added"))
        return ("ok",)

    @request(Str())
    @return_reply()
    def request_remove_sensor(self, req, name):
        """Remove a sensor."""
        self.remove_sensor(name)
        self.mass_inform(Message.inform("interface-changed", "sensor", name, "removed"))
        return ("ok",)


device = Device("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0)
device.start(timeout=5)
print("listening on 127.0.0.1:%d" % device.bind_address[1], flush=True)
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
device.join()
