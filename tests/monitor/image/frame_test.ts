import { assertEquals, assertThrows } from "@std/assert";
import { frameHead, type FrameInfo, readFrame } from "../../../daemons/monitor/image/frame.ts";

const INFO: FrameInfo = {
  width: 5,
  height: 3,
  every: 1,
  type: "u16",
  littleEndian: false,
  scale: 1,
  zero: 32768,
  blank: null,
  title: "µ <b>",
  detail: "",
  time: null,
  number: 0,
  unit: "DN",
  amplifiers: [],
  cards: [],
  encoding: null,
};

function framed(info: FrameInfo, pixels: number): Uint8Array<ArrayBuffer> {
  const head = frameHead(info);
  const bytes = new Uint8Array(head.length + pixels);
  bytes.set(head);
  return bytes;
}

Deno.test("readFrame() reads what frameHead() wrote, with the pixels behind it", () => {
  const { info, raster } = readFrame(framed(INFO, 30));
  assertEquals(info, INFO);
  assertEquals([raster.width, raster.height, raster.bytes.length], [5, 3, 30]);
  const some = readFrame(framed({ ...INFO, every: 2 }, 12));
  assertEquals([some.raster.width, some.raster.height, some.raster.bytes.length], [3, 2, 12]);
});

Deno.test("readFrame() says where a picture is cut off", () => {
  const bytes = framed(INFO, 30);
  const head = frameHead(INFO).length;
  for (let length = 0; length < bytes.length; length++) {
    const where = length < head ? "in what is said of it" : "in its pixels";
    assertThrows(() => readFrame(bytes.slice(0, length)), RangeError, `cut off ${where}`);
  }
});
