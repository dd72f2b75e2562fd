/** Ends in the way its argument names: for tests of how programs fail. */
import { runProgram, UsageError } from "../../lib/cli/mod.ts";
import { ConfigError, ConnectionError } from "../../lib/errors.ts";

const WAYS: Readonly<Record<string, Error>> = {
  usage: new UsageError("what is that?"),
  config: new ConfigError("lab.yaml line 3: wrong"),
  connection: new ConnectionError("port 7000 is already in use"),
  defect: new TypeError("x is undefined"),
};

await runProgram({
  program: "failing",
  description: "Fails",
  options: {},
  operands: { placeholder: "WAY", description: "How", min: 1, max: 1 },
  examples: [],
}, ({ operands: [way] }) => Promise.reject(WAYS[way!]));
