/** Values as they stand in source code, laid out as the formatter leaves them. @module */

/** Longest line. */
const WIDTH = 110;
const IDENTIFIER = /^(?!__proto__$)[A-Za-z_$][\w$]*$/;

/**
 * Writes a JSON value as a TypeScript literal. What holds objects is spread over lines, everything else only if it is too
 * long for one.
 *
 * @param value The value.
 * @param indent Blanks before the line it begins on.
 * @param used Characters on that line that stand before it or come behind it.
 * @returns The literal, the first line without its indent.
 */
export function literalOf(value: unknown, indent = "", used = 0): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value !== "object" || value === null) return String(value);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const entries = Object.entries(value).map(([key, item]) =>
    [Array.isArray(value) ? "" : `${keyOf(key)}: `, item] as const
  );
  if (entries.length === 0) return open + close;
  const inner = `${indent}  `;
  const items = entries.map(([key, item]) => {
    const text = literalOf(item, inner, key.length + ",".length);
    const isTooLong = typeof item === "string" && inner.length + key.length + text.length + 1 > WIDTH;
    return isTooLong && key ? `${key.trimEnd()}\n${inner}  ${text}` : key + text;
  });
  const pad = open === "{" ? " " : "";
  const line = open + pad + items.join(", ") + pad + close;
  const isFlat = open === "[" || !entries.some(([, item]) => isObject(item));
  if (isFlat && !line.includes("\n") && indent.length + used + line.length <= WIDTH) return line;
  return [open, ...items.map((item) => `${inner}${item},`), `${indent}${close}`].join("\n");
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** As a bare key `__proto__` would be no key. */
function keyOf(key: string): string {
  if (IDENTIFIER.test(key)) return key;
  return key === "__proto__" ? `["__proto__"]` : quoted(key);
}

/** Single quotes where the text has more double ones. */
function quoted(text: string): string {
  const double = JSON.stringify(text);
  if (text.split('"').length <= text.split("'").length) return double;
  const bare = double.slice(1, -1).replace(/\\(.)/g, (escape, sign) => sign === '"' ? sign : escape);
  return `'${bare.replaceAll("'", "\\'")}'`;
}
