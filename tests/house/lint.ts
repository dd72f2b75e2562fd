/** The house's own lint rules: time lives in `lib/time`, and a codec does neither I/O nor waiting. */

const CLOCK_EXEMPT = [
  "/lib/time/", // the one place
  "/web/client/", // runs in a browser
  "/tests/peers/", // imports nothing of ours
  "/tests/bench/raw/", // imports nothing of ours
];

const CLOCKS = [
  "CallExpression[callee.object.name='Date'][callee.property.name='now']",
  "CallExpression[callee.object.name='performance'][callee.property.name='now']",
  "CallExpression[callee.object.name='AbortSignal'][callee.property.name='timeout']",
  "CallExpression[callee.name=/^(setTimeout|setInterval)$/]",
  "CallExpression[callee.object.name='globalThis'][callee.property.name=/^(setTimeout|setInterval)$/]",
  "NewExpression[callee.name='Date'][arguments.length=0]",
].join(", ");

const SANS_IO = "MemberExpression[object.name='Deno'], AwaitExpression, FunctionDeclaration[async=true], " +
  "FunctionExpression[async=true], ArrowFunctionExpression[async=true]";

const plugin: Deno.lint.Plugin = {
  name: "dewar",
  rules: {
    "clock": {
      create(context) {
        if (CLOCK_EXEMPT.some((part) => context.filename.includes(part))) return {};
        return {
          [CLOCKS](node: Deno.lint.Node) {
            context.report({
              node,
              message: "Clocks and timers live in lib/time",
              hint: "Take a Clock (systemClock by default) and use clock.now, time, after, every or sleep",
            });
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
