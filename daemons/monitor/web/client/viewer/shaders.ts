/** What the graphics card runs. Brightness and colours come in a table, that of `image/tones.ts`. */
import type { SampleType } from "../../../image/raster.ts";
import { STEPS } from "../../../image/tones.ts";

/** Side of the square in which the table of colours lies: a texture cannot be as long as the table. */
export const TABLE_SIDE: number = Math.sqrt(STEPS);

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
      return clamp(uintBitsToFloat(bits) - floatBase, LEAST, -LEAST);
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
`;

const COLOUR = `
uniform sampler2D colours;
uniform float low;
uniform float perValue;
uniform vec3 none;
out vec4 colour;
void show(float value) {
  int at = int(clamp((value - low) * perValue, 0.0, 1.0) * ${STEPS - 1}.0 + 0.5);
  vec4 found = texelFetch(colours, ivec2(at & ${TABLE_SIDE - 1}, at >> ${Math.log2(TABLE_SIDE)}), 0);
  colour = value <= NONE ? vec4(none, 1.0) : found;
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

/** How pixels that were put together are drawn: peaks one by one, means run into each other, around gaps where there may be any. */
export type Drawn = "peaks" | "means" | "means with gaps";

const FOUR = `
  vec2 from = at - 0.5;
  vec2 corner = floor(from);
  vec2 share = from - corner;
  ivec2 a = max(ivec2(corner), 0);
  ivec2 b = min(ivec2(corner) + 1, size - 1);
  float p = texelFetch(reduced, a, 0).r;
  float q = texelFetch(reduced, ivec2(b.x, a.y), 0).r;
  float r = texelFetch(reduced, ivec2(a.x, b.y), 0).r;
  float s = texelFetch(reduced, b, 0).r;`;

const VALUE: Readonly<Record<Drawn, string>> = {
  "peaks": `show(texelFetch(reduced, ivec2(at), 0).g);`,
  "means": `${FOUR}
  show(mix(mix(p, q, share.x), mix(r, s, share.x), share.y));`,
  "means with gaps": `${FOUR}
  vec4 values = vec4(p, q, r, s);
  vec4 weights = vec4(1.0 - share.x, share.x, 1.0 - share.x, share.x) *
    vec4(1.0 - share.y, 1.0 - share.y, share.y, share.y) * vec4(greaterThan(values, vec4(NONE)));
  float weight = dot(weights, vec4(1.0));
  show(weight > 0.0 ? dot(weights, values) / weight : NONE);`,
};

/**
 * Draws pixels that were put together. There is no loop and no branch: a processor that has to do the work of a graphics
 * card goes through all of them for every pixel.
 */
export const drawReduced = (drawn: Drawn): string =>
  `${HEAD}${REDUCED}${COLOUR}${PLACE}
void main() {
  vec2 at = place();
  if (isOutside(at)) discard;
  ${VALUE[drawn]}
}`;

/** Puts four together: their mean, and the highest (or lowest, where the scale is negative). */
const REDUCE = `
uniform ivec2 last;
uniform bool isUpsideDown;
out vec2 made;
void main() {
  ivec2 a = ivec2(gl_FragCoord.xy) * 2;
  ivec2 b = min(a + 1, last);
  vec2 p = meanAndPeak(a);
  vec2 q = meanAndPeak(ivec2(b.x, a.y));
  vec2 r = meanAndPeak(ivec2(a.x, b.y));
  vec2 s = meanAndPeak(b);
  vec4 means = vec4(p.r, q.r, r.r, s.r);
  vec4 peaks = vec4(p.g, q.g, r.g, s.g);
  bvec4 isThere = greaterThan(means, vec4(NONE));
  vec4 there = vec4(isThere);
  float count = dot(there, vec4(1.0));
  // What is not there neither adds to the mean nor is a peak.
  float mean = dot(there / max(count, 1.0), means);
  vec4 lows = mix(vec4(-NONE), peaks, isThere);
  vec4 highs = mix(vec4(NONE), peaks, isThere);
  float low = min(min(lows.x, lows.y), min(lows.z, lows.w));
  float high = max(max(highs.x, highs.y), max(highs.z, highs.w));
  made = count > 0.0 ? vec2(mean, isUpsideDown ? low : high) : vec2(NONE);
}`;

/** Reduces pixels. */
export const reducePixels = (type: SampleType): string =>
  `${HEAD}${PIXEL(type)}vec2 meanAndPeak(ivec2 at) { return vec2(valueAt(at)); }${REDUCE}`;

/** Reduces what was reduced already. */
export const REDUCE_AGAIN =
  `${HEAD}${REDUCED}vec2 meanAndPeak(ivec2 at) { return texelFetch(reduced, at, 0).rg; }${REDUCE}`;
