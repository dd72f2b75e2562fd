/** The house's own lint rules: time lives in `lib/time`, and a codec does neither I/O nor waiting. */

const CLOCK_EXEMPT = [
  "/lib/time/", // the one place
  "/web/client/", // runs in a browser
  "/tests/peers/", // imports nothing of ours
  "/tests/bench/raw/", // imports nothing of ours
];

/** Calls that ask a clock or set a timer, by what is called: on an object, or by itself. */
const CLOCK_CALLS = new Set([
  "Date.now",
  "performance.now",
  "AbortSignal.timeout",
  "globalThis.setTimeout",
  "globalThis.setInterval",
  "setTimeout",
  "setInterval",
]);

/** The name of what is called, as far as it is written out: `"Date.now"`. */
function nameOf(callee: Deno.lint.Node): string | undefined {
  if (callee.type === "Identifier") return callee.name;
  if (callee.type !== "MemberExpression" || callee.computed) return undefined;
  const [object, property] = [nameOf(callee.object), nameOf(callee.property)];
  return object === undefined ? undefined : `${object}.${property}`;
}

const SANS_IO = "MemberExpression[object.name='Deno'], AwaitExpression, FunctionDeclaration[async=true], " +
  "FunctionExpression[async=true], ArrowFunctionExpression[async=true]";

const plugin: Deno.lint.Plugin = {
  name: "dewar",
  rules: {
    "clock": {
      create(context) {
        if (CLOCK_EXEMPT.some((part) => context.filename.includes(part))) return {};
        const report = (node: Deno.lint.Node) =>
          context.report({
            node,
            message: "Clocks and timers live in lib/time",
            hint: "Take a Clock (systemClock by default) and use clock.now, time, after, every or sleep",
          });
        return {
          CallExpression(node) {
            if (CLOCK_CALLS.has(nameOf(node.callee) ?? "")) report(node);
          },
          NewExpression(node) {
            if (nameOf(node.callee) === "Date" && node.arguments.length === 0) report(node);
          },
        };
      },
    },
    "sans-io": {
      create(context) {
        if (!/\/lib\/[^/]+\/codec\.ts$/.test(context.filename)) return {};
        return {
          [SANS_IO](node: Deno.lint.Node) {
            context.report({
              node,
              message: "A codec is bytes in and events out: no Deno, no async",
              hint: "Move it to client.ts or server.ts",
            });
          },
        };
      },
    },
  },
};

export default plugin;
