"""sdss-archon's controller, unmodified, on a controller: configures it, powers it, exposes, reads out, fetches, windows.

Usage: sdss_archon.py PORT ACF. Prints what it found as JSON.
"""

import asyncio
import json
import sys
import warnings

import numpy
from archon.controller.controller import ArchonController
from archon.controller.maskbits import ControllerStatus
from archon.exceptions import ArchonControllerError

LIGHT, OVERSCAN = 512, 32


def amplifiers(image):
    """The light-sensitive pixels of the four amplifiers, by their channel, in the order in which they were read."""
    height, width = image.shape
    half, stripe = height // 2, width // 2
    top, bottom = image[:half], image[half:][::-1]
    return {
        1: bottom[:, :stripe],
        2: bottom[:, stripe:][:, ::-1],
        3: top[:, :stripe],
        4: top[:, stripe:][:, ::-1],
    }


def light(section):
    return section[20:LIGHT - 20, 20:LIGHT - 20].astype(float)


async def read_back(controller):
    """It gives every line half a second, which is little on a machine that does other things as well."""
    for attempt in range(4):
        try:
            return (await controller.read_config())[0]
        except ArchonControllerError:
            if attempt == 3:
                raise
            await asyncio.sleep(1)


async def image(controller, seconds, is_short=False):
    """A frame. The controller object looks once whether it is being read out; a small frame may be over by then."""
    reading = await controller.expose(seconds)
    try:
        await reading
    except ArchonControllerError:
        if not is_short:
            raise
    for _ in range(600):
        frame = await controller.get_frame()
        if frame[f"buf{frame['wbuf']}complete"] == 1:
            break
        await asyncio.sleep(0.02)
    controller.update_status(ControllerStatus.IDLE)
    controller.update_status(ControllerStatus.READOUT_PENDING, "off")
    return await controller.fetch()


async def main(port, acf):
    found = {}
    controller = ArchonController("ours", "127.0.0.1", int(port))
    await controller.start(reset=False, read_acf=False)
    system = await controller.get_system()
    found["modules"] = [system[f"mod{n}_name"] for n in range(1, 13)]
    await controller.write_config(acf, applyall=True, poweron=True)
    found["power"] = (await controller.power()).name
    status = await controller.get_device_status()
    found["status"] = len(status)
    found["lines"] = len((await read_back(controller))["CONFIG"])

    biases = [await image(controller, 0) for _ in range(2)]
    flats = [await image(controller, 0.5) for _ in range(2)]
    found["shape"] = list(biases[0].shape)
    found["amplifiers"] = {}
    for channel in (1, 2, 3, 4):
        b1, b2 = (light(amplifiers(one)[channel]) for one in biases)
        f1, f2 = (light(amplifiers(one)[channel]) for one in flats)
        signal = f1.mean() + f2.mean() - b1.mean() - b2.mean()
        difference = b1 - b2
        good = numpy.abs(difference - numpy.median(difference)) < 5 * 1.4826 * numpy.median(numpy.abs(difference))
        noise = difference[good].var()
        shot = f1 - f2
        good = numpy.abs(shot - numpy.median(shot)) < 5 * 1.4826 * numpy.median(numpy.abs(shot))
        gain = signal / (shot[good].var() - noise)
        found["amplifiers"][channel] = {
            "gain": gain,
            "noise": gain * numpy.sqrt(noise / 2 - 1 / 12),
            "signal": gain * signal / 2,
        }

    await controller.set_window(lines=100, pixels=200, hbin=1, vbin=1)
    found["window"] = list((await image(controller, 0, True)).shape)
    await controller.set_window(lines=200, pixels=200, hbin=2, vbin=2)
    binned = await image(controller, 0.05, True)
    found["binned"] = list(binned.shape)
    found["binnedSignal"] = float(numpy.median(amplifiers(binned)[1][10:90, 10:90]))
    await controller.reset_window()

    # Charge that waits: integrated without reading out, read out later.
    await controller.expose(0.5, readout=False)
    await asyncio.sleep(0.7)
    found["pending"] = [flag.name for flag in controller.status.get_flags()]
    await controller.readout(wait_for=0.05)
    late = await controller.fetch()
    found["late"] = float(numpy.median(amplifiers(late)[1][20:480, 20:480]))
    found["light"] = float(numpy.median(amplifiers(flats[0])[1][20:480, 20:480]))

    await controller.flush(1, wait_for=0.05)
    await controller.power(False)
    found["off"] = (await controller.power()).name
    await controller.stop()
    print(json.dumps(found))


warnings.simplefilter("default")
asyncio.run(main(*sys.argv[1:3]))
