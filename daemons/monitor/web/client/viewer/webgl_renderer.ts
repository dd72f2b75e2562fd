/** Draws on the graphics card. Pixels go there as they came; byte order, scale and stretch are its work. */
import { quantile } from "../../../image/limits.ts";
import {
  type Area,
  type Raster,
  readerOf,
  SAMPLE_BYTES,
  sampleOf,
  type SampleType,
} from "../../../image/raster.ts";
import { coloursOfSteps } from "../../../image/tones.ts";
import { Program } from "./gl_program.ts";
import type { Look, Renderer } from "./renderer.ts";
import { drawPixels, drawReduced, REDUCE_AGAIN, reducePixels, TABLE_SIDE } from "./shaders.ts";

/** A part of a picture that fits into one texture, and what was put together from it. */
interface Tile extends Area {
  readonly pixels: WebGLTexture;
  /** Halved once, twice and so on. */
  readonly reduced: Reduced[];
}

/** A picture that was halved, as far as its rows are done. */
interface Reduced {
  readonly texture: WebGLTexture;
  readonly width: number;
  readonly height: number;
  done: number;
}

/** A picture on the card. */
interface Loaded {
  readonly raster: Raster;
  /** Taken from all values before they become floats, in what is stored. */
  readonly base: number;
  readonly tiles: readonly Tile[];
}

/** Pictures kept: two, so that they can be compared by blinking. */
const KEPT = 2;
/** Halved no more often than this. */
const DEEPEST = 6;
/** Pixels put together at a time: some milliseconds even for a card that is none, between which the page goes on. */
const AT_ONCE = 2 ** 18;

const FORMATS = {
  1: ["R8UI", "RED_INTEGER"],
  2: ["RG8UI", "RG_INTEGER"],
  4: ["RGBA8UI", "RGBA_INTEGER"],
} as const;

/** A {@linkcode Renderer} by WebGL 2. */
export class WebGlRenderer implements Renderer {
  readonly kind = "webgl2";
  readonly #gl: WebGL2RenderingContext;
  readonly #programs = new Map<string, Program>();
  readonly #colours: WebGLTexture;
  readonly #target: WebGLFramebuffer;
  readonly #tileSize: number;
  /** What is in the table of colours. */
  #table = "";
  #loaded: Loaded[] = [];
  #wanted: { loaded: Loaded; level: number } | undefined;

  constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl;
    this.#colours = this.#texture();
    this.#target = gl.createFramebuffer();
    this.#tileSize = Math.min(8192, gl.getParameter(gl.MAX_TEXTURE_SIZE) as number);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.bindVertexArray(gl.createVertexArray());
    gl.enable(gl.SCISSOR_TEST);
  }

  draw(raster: Raster, look: Look): void {
    const gl = this.#gl;
    const loaded = this.#load(raster);
    const { window } = look;
    gl.viewport(0, 0, window.width, window.height);
    gl.scissor(0, 0, window.width, window.height);
    const [red, green, blue] = look.none;
    gl.clearColor(red / 255, green / 255, blue / 255, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    this.#showColours(look);
    const halvings = Math.log2(1 / window.zoom);
    const level = Math.min(DEEPEST, Math.max(0, look.peaks ? Math.ceil(halvings) : Math.round(halvings)));
    this.#wanted = loaded.tiles.some((tile) => depthOf(tile) < level) ? { loaded, level } : undefined;
    for (const tile of loaded.tiles) this.#drawTile(loaded, tile, look, Math.min(level, depthOf(tile)));
  }

  prepare(type: SampleType): void {
    const bytes = new Uint8Array(8);
    const form = { width: 1, height: 1, littleEndian: false, scale: 1, zero: 0, blank: null, bytes };
    const window = { width: 1, height: 1, zoom: 1, left: 0, bottom: 0 };
    const look = { limits: { low: 0, high: 1 }, stretch: "linear", map: "grey", peaks: false } as const;
    this.draw({ ...form, type, bytes: bytes.subarray(0, SAMPLE_BYTES[type]) }, {
      window,
      ...look,
      none: [0, 0, 0],
    });
    for (const old of this.#loaded.splice(0)) this.#forget(old);
  }

  improve(): "no more" | "more" | "better" {
    const wanted = this.#wanted;
    const tile = wanted?.loaded.tiles.find((tile) => depthOf(tile) < wanted.level);
    if (!wanted || !tile) return "no more";
    this.#reduce(wanted.loaded, tile);
    this.#gl.bindFramebuffer(this.#gl.FRAMEBUFFER, null);
    return wanted.loaded.tiles.every((tile) => depthOf(tile) >= wanted.level) ? "better" : "more";
  }

  finished(): Promise<void> {
    const gl = this.#gl;
    const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    if (!fence) return Promise.resolve(); // the card was reset: what was asked for is not drawn at all
    return new Promise((resolve) => {
      const look = () => {
        const state = gl.clientWaitSync(fence, 0, 0);
        if (state === gl.TIMEOUT_EXPIRED) return void setTimeout(look, 1);
        gl.deleteSync(fence);
        resolve();
      };
      look();
    });
  }

  #drawTile(loaded: Loaded, tile: Tile, look: Look, level: number): void {
    const gl = this.#gl;
    const { raster, base } = loaded;
    const { window, limits } = look;
    const left = (tile.x - window.left) * window.zoom;
    const bottom = (tile.y - window.bottom) * window.zoom;
    const right = left + tile.width * window.zoom;
    const top = bottom + tile.height * window.zoom;
    const [x, y] = [Math.max(0, Math.floor(left)), Math.max(0, Math.floor(bottom))];
    const width = Math.min(window.width, Math.ceil(right)) - x;
    const height = Math.min(window.height, Math.ceil(top)) - y;
    if (width <= 0 || height <= 0) return;
    gl.scissor(x, y, width, height);
    const hasGaps = raster.type.startsWith("f") || raster.blank !== null;
    const drawn = look.peaks ? "peaks" : hasGaps ? "means with gaps" : "means";
    const program = level === 0
      ? this.#program(`draw ${raster.type}`, () => drawPixels(raster.type))
      : this.#program(`draw ${drawn}`, () => drawReduced(drawn));
    program.use();
    const shrunk = 2 ** level;
    const step = 1 / window.zoom / shrunk;
    gl.uniform2f(program.at("origin"), (window.left - tile.x) / shrunk, (window.bottom - tile.y) / shrunk);
    gl.uniform1f(program.at("step"), step);
    if (level === 0) {
      this.#givePixels(program, loaded, tile);
      gl.uniform2i(program.at("size"), tile.width, tile.height);
    } else {
      const { texture, width, height } = tile.reduced[level - 1]!;
      this.#bind(program, "reduced", 0, texture);
      gl.uniform2i(program.at("size"), width, height);
    }
    this.#bind(program, "colours", 1, this.#colours);
    const { scale, zero } = raster;
    gl.uniform1f(program.at("low"), (limits.low - zero) / scale - base);
    gl.uniform1f(program.at("perValue"), scale / (limits.high - limits.low));
    const [red, green, blue] = look.none;
    gl.uniform3f(program.at("none"), red / 255, green / 255, blue / 255);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  #givePixels(program: Program, { raster, base }: Loaded, { pixels }: Tile): void {
    const gl = this.#gl;
    this.#bind(program, "pixels", 0, pixels);
    // Unsigned 32 bits are handled as signed, moved by half of all.
    const moved = raster.type === "u32" ? 2 ** 31 : 0;
    gl.uniform1i(program.at("littleEndian"), Number(raster.littleEndian || raster.type === "f64"));
    gl.uniform1i(program.at("hasBlank"), Number(raster.blank !== null));
    gl.uniform1i(program.at("blank"), (raster.blank ?? 0) - moved);
    gl.uniform1i(program.at("base"), Math.round(base) - moved);
    gl.uniform1f(program.at("floatBase"), base);
  }

  #load(raster: Raster): Loaded {
    const known = this.#loaded.find((one) => one.raster === raster);
    if (known) return known;
    for (const old of this.#loaded.splice(KEPT - 1)) this.#forget(old);
    const bytes = raster.type === "f64" ? narrowed(raster) : raster.bytes;
    const size = this.#tileSize;
    const tiles: Tile[] = [];
    for (let y = 0; y < raster.height; y += size) {
      for (let x = 0; x < raster.width; x += size) {
        const area = {
          x,
          y,
          width: Math.min(size, raster.width - x),
          height: Math.min(size, raster.height - y),
        };
        tiles.push({ ...area, pixels: this.#texturePart(raster, bytes, area), reduced: [] });
      }
    }
    const loaded = { raster, base: baseOf(raster), tiles };
    this.#loaded.unshift(loaded);
    return loaded;
  }

  /** A texture of a part of the picture. */
  #texturePart(raster: Raster, bytes: Uint8Array, area: Area): WebGLTexture {
    const gl = this.#gl;
    const length = bytes.length / (raster.width * raster.height) as 1 | 2 | 4;
    const [inside, outside] = FORMATS[length];
    const texture = this.#texture();
    gl.pixelStorei(gl.UNPACK_ROW_LENGTH, raster.width);
    gl.pixelStorei(gl.UNPACK_SKIP_PIXELS, area.x);
    gl.pixelStorei(gl.UNPACK_SKIP_ROWS, area.y);
    const { width, height } = area;
    // Made and filled at once: a texture that was made before is first cleared by the browser, which takes as long.
    gl.texImage2D(gl.TEXTURE_2D, 0, gl[inside], width, height, 0, gl[outside], gl.UNSIGNED_BYTE, bytes);
    for (const name of ["ROW_LENGTH", "SKIP_PIXELS", "SKIP_ROWS"] as const) {
      gl.pixelStorei(gl[`UNPACK_${name}`], 0);
    }
    return texture;
  }

  /** Does some of the work of halving a tile once more. */
  #reduce(loaded: Loaded, tile: Tile): void {
    const gl = this.#gl;
    const depth = depthOf(tile);
    const from = tile.reduced[depth - 1];
    const last = from ?? tile;
    const made = tile.reduced[depth] ?? this.#halfOf(last);
    tile.reduced[depth] = made;
    const { width, height, texture, done } = made;
    const rows = Math.min(height - done, Math.max(1, Math.floor(AT_ONCE / width)));
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.#target);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
    gl.viewport(0, 0, width, height);
    gl.scissor(0, done, width, rows);
    const { type, scale } = loaded.raster;
    const program = from
      ? this.#program("reduce again", () => REDUCE_AGAIN)
      : this.#program(`reduce ${type}`, () => reducePixels(type));
    program.use();
    if (from) this.#bind(program, "reduced", 0, from.texture);
    else this.#givePixels(program, loaded, tile);
    gl.uniform2i(program.at("last"), last.width - 1, last.height - 1);
    gl.uniform1i(program.at("isUpsideDown"), Number(scale < 0));
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    made.done += rows;
  }

  #halfOf(last: { readonly width: number; readonly height: number }): Reduced {
    const gl = this.#gl;
    const [width, height] = [Math.ceil(last.width / 2), Math.ceil(last.height / 2)];
    const texture = this.#texture();
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RG32F, width, height);
    return { texture, width, height, done: 0 };
  }

  #showColours({ stretch, map }: Look): void {
    const table = `${stretch} ${map}`;
    if (table === this.#table) return;
    this.#table = table;
    const gl = this.#gl;
    gl.bindTexture(gl.TEXTURE_2D, this.#colours);
    const colours = coloursOfSteps(stretch, map);
    const { TEXTURE_2D, RGBA8, RGBA, UNSIGNED_BYTE } = gl;
    gl.texImage2D(TEXTURE_2D, 0, RGBA8, TABLE_SIDE, TABLE_SIDE, 0, RGBA, UNSIGNED_BYTE, colours);
  }

  #texture(): WebGLTexture {
    const gl = this.#gl;
    const texture = gl.createTexture();
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
      gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST);
    }
    for (const name of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) {
      gl.texParameteri(gl.TEXTURE_2D, name, gl.CLAMP_TO_EDGE);
    }
    return texture;
  }

  #bind(program: Program, name: string, unit: number, texture: WebGLTexture): void {
    const gl = this.#gl;
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.uniform1i(program.at(name), unit);
    gl.activeTexture(gl.TEXTURE0);
  }

  #program(name: string, source: () => string): Program {
    let program = this.#programs.get(name);
    if (!program) this.#programs.set(name, program = new Program(this.#gl, source()));
    return program;
  }

  #forget({ tiles }: Loaded): void {
    for (const { pixels, reduced } of tiles) {
      this.#gl.deleteTexture(pixels);
      for (const { texture } of reduced) this.#gl.deleteTexture(texture);
    }
  }
}

/** How often a tile has been halved. */
function depthOf({ reduced }: Tile): number {
  return reduced.filter(({ done, height }) => done === height).length;
}

/** No graphics card reads 64 bits. */
function narrowed(raster: Raster): Uint8Array {
  const read = readerOf({ ...raster, scale: 1, zero: 0 });
  const values = Float32Array.from({ length: raster.width * raster.height }, (_, index) => read(index));
  return new Uint8Array(values.buffer);
}

/** A value from the middle of the picture, as it is stored. */
function baseOf(raster: Raster): number {
  const sorted = sampleOf({ ...raster, scale: 1, zero: 0 }, 1000).sort();
  if (sorted.length === 0) return 0;
  const middle = quantile(sorted, 0.5);
  return raster.type.startsWith("f") ? Math.fround(middle) : Math.round(middle);
}
