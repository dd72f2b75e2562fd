/** What the graphics card runs. Brightness and colours are those of `image/stretch.ts` and `image/colour_map.ts`. */
import type { SampleType } from "../../../image/raster.ts";
import { ASINH_STEEPNESS, LOG_STEEPNESS, STRETCHES } from "../../../image/stretch.ts";

/** One triangle that covers everything. */
export const VERTEX = `#version 300 es
void main() {
  gl_Position = vec4(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0, 0.0, 1.0);
}`;

const HEAD = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
precision highp usampler2D;
const float NONE = -3.0e38;
const float LEAST = -2.9e38;
`;

/** Bytes become what is stored, less a base that leaves small numbers, so that none of 32 bits is lost. */
const STORED: Readonly<Record<"u8" | "i16" | "u16" | "i32" | "u32" | "f32", string>> = {
  u8: `float stored(uvec4 p) { return less(int(p.r)); }`,
  i16: `float stored(uvec4 p) { return less((littleEndian ? int(p.g) << 24 : int(p.r) << 24) >> 16 |
      (littleEndian ? int(p.r) : int(p.g))); }`,
  u16: `float stored(uvec4 p) { return less(littleEndian ? int(p.g << 8 | p.r) : int(p.r << 8 | p.g)); }`,
  i32: `float stored(uvec4 p) { return less(int(word(p))); }`,
  u32: `float stored(uvec4 p) { return less(int(word(p) ^ 0x80000000u)); }`,
  f32: `float stored(uvec4 p) {
      uint bits = word(p);
      if ((bits & 0x7fffffffu) > 0x7f800000u) return NONE;
      return max(uintBitsToFloat(bits) - floatBase, LEAST);
    }`,
};

const PIXEL = (type: SampleType) => `
uniform usampler2D pixels;
uniform bool littleEndian;
uniform bool hasBlank;
uniform int blank;
uniform int base;
uniform float floatBase;
uint word(uvec4 p) {
  return littleEndian ? p.a << 24 | p.b << 16 | p.g << 8 | p.r : p.r << 24 | p.g << 16 | p.b << 8 | p.a;
}
float less(int stored) {
  if (hasBlank && stored == blank) return NONE;
  return float((stored >> 16) - (base >> 16)) * 65536.0 + float((stored & 0xffff) - (base & 0xffff));
}
${STORED[type === "f64" ? "f32" : type]}
float valueAt(ivec2 at) { return stored(texelFetch(pixels, at, 0)); }
`;

/** Mean and peak of what was reduced already. */
const REDUCED = `
uniform sampler2D reduced;
uniform bool peaks;
`;

const COLOUR = `
uniform sampler2D colours;
uniform float low;
uniform float perValue;
uniform int stretch;
uniform vec3 none;
out vec4 colour;
void show(float value) {
  if (value <= NONE) { colour = vec4(none, 1.0); return; }
  float part = clamp((value - low) * perValue, 0.0, 1.0);
  if (stretch == ${STRETCHES.indexOf("log")}) {
    part = log(1.0 + ${LOG_STEEPNESS}.0 * part) / ${Math.log1p(LOG_STEEPNESS)};
  } else if (stretch == ${STRETCHES.indexOf("asinh")}) {
    part = asinh(${ASINH_STEEPNESS}.0 * part) / ${Math.asinh(ASINH_STEEPNESS)};
  } else if (stretch == ${STRETCHES.indexOf("sqrt")}) {
    part = sqrt(part);
  }
  colour = vec4(texelFetch(colours, ivec2(int(part * 255.0 + 0.5), 0), 0).rgb, 1.0);
}
`;

const PLACE = `
uniform vec2 origin;
uniform float step;
uniform ivec2 size;
vec2 place() { return origin + gl_FragCoord.xy * step; }
bool isOutside(vec2 at) { return any(lessThan(at, vec2(0.0))) || any(greaterThanEqual(at, vec2(size))); }
`;

/** Draws pixels as they are. */
export const drawPixels = (type: SampleType): string =>
  `${HEAD}${PIXEL(type)}${COLOUR}${PLACE}
void main() {
  vec2 at = place();
  if (isOutside(at)) discard;
  show(valueAt(ivec2(at)));
}`;

/** Draws pixels that were put together, peaks one by one, means run into each other. */
export const DRAW_REDUCED = `${HEAD}${REDUCED}${COLOUR}${PLACE}
void main() {
  vec2 at = place();
  if (isOutside(at)) discard;
  if (peaks) { show(texelFetch(reduced, ivec2(at), 0).g); return; }
  vec2 from = at - 0.5;
  ivec2 corner = ivec2(floor(from));
  vec2 share = from - vec2(corner);
  float sum = 0.0;
  float weight = 0.0;
  for (int n = 0; n < 4; n++) {
    ivec2 off = ivec2(n & 1, n >> 1);
    float value = texelFetch(reduced, clamp(corner + off, ivec2(0), size - 1), 0).r;
    vec2 side = mix(1.0 - share, share, vec2(off));
    if (value > NONE) { sum += side.x * side.y * value; weight += side.x * side.y; }
  }
  show(weight > 0.0 ? sum / weight : NONE);
}`;

/** Puts four together: their mean, and the highest (or lowest, where the scale is negative). */
const REDUCE = `
uniform ivec2 last;
uniform bool isUpsideDown;
out vec2 made;
void main() {
  ivec2 from = ivec2(gl_FragCoord.xy) * 2;
  float sum = 0.0;
  float count = 0.0;
  float peak = NONE;
  for (int n = 0; n < 4; n++) {
    vec2 value = meanAndPeak(min(from + ivec2(n & 1, n >> 1), last));
    if (value.r <= NONE) continue;
    sum += value.r;
    peak = count == 0.0 ? value.g : isUpsideDown ? min(peak, value.g) : max(peak, value.g);
    count += 1.0;
  }
  made = count > 0.0 ? vec2(sum / count, peak) : vec2(NONE);
}`;

/** Reduces pixels. */
export const reducePixels = (type: SampleType): string =>
  `${HEAD}${PIXEL(type)}vec2 meanAndPeak(ivec2 at) { return vec2(valueAt(at)); }${REDUCE}`;

/** Reduces what was reduced already. */
export const REDUCE_AGAIN =
  `${HEAD}${REDUCED}vec2 meanAndPeak(ivec2 at) { return texelFetch(reduced, at, 0).rg; }${REDUCE}`;
