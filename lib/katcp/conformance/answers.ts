/** Requests that answer in every way there is. @module */
import type { Clock } from "../../time/mod.ts";
import { LOG_LEVELS, type LogSeverity } from "../device_log.ts";
import { FailReply, InvalidReply } from "../failures.ts";
import { LINE_LIMIT } from "../grammar.ts";
import type { DeviceServer } from "../server.ts";
import { bytes, discrete, float, integer, text, within } from "../types.ts";

const SEVERITIES = LOG_LEVELS.filter((level) => level !== "all" && level !== "off") as [
  LogSeverity,
  ...LogSeverity[],
];

/** Adds `echo`, `fail-me`, `invalid-me`, `crash-me`, `sleep`, `log-me`, `informs`, `big`, `mass` and `close-me`. */
export function addAnswers(server: DeviceServer, clock: Clock): void {
  server.request(
    "echo",
    { help: "Reply with what is given, byte by byte.", rest: bytes },
    (_, ...args) => args,
  );
  server.request("fail-me", { help: "Fail: [MESSAGE].", optional: [text] }, (_, why = "As you wish") => {
    throw new FailReply(why);
  });
  server.request(
    "invalid-me",
    { help: "Be invalid: [MESSAGE].", optional: [text] },
    (_, why = "As you wish") => {
      throw new InvalidReply(why);
    },
  );
  server.request("crash-me", { help: "Fail by a defect." }, () => {
    throw new TypeError("A defect, as you wish");
  });
  server.request(
    "sleep",
    {
      help: "Reply after some seconds; other requests are answered meanwhile: SECONDS.",
      args: [within(float, { min: 0, max: 3600 })],
      timeoutHint: 3600,
    },
    ({ signal }, seconds) => clock.sleep(1000 * seconds, { signal }),
  );
  server.request(
    "log-me",
    { help: "Tell all clients by #log: LEVEL MESSAGE.", args: [discrete(SEVERITIES), text] },
    (_, level, message) => server.log.log(level, message),
  );
  server.request(
    "informs",
    { help: "Reply with so many informs: N.", args: [within(integer, { min: 0, max: 1_000_000 })] },
    (exchange, count) => {
      for (let number = 1; number <= count; number++) exchange.inform(String(number));
      return [String(count)];
    },
  );
  server.request(
    "big",
    {
      help: "Reply with an argument of so many bytes: N.",
      args: [within(integer, { min: 0, max: LINE_LIMIT - 100 })],
    },
    (_, length) => ["x".repeat(length)],
  );
  server.request(
    "mass",
    { help: "Tell all clients something: NAME [ARGUMENT...].", args: [text], rest: bytes },
    (_, name, ...args) => {
      try {
        server.massInform(name, ...args);
      } catch (cause) {
        throw new FailReply((cause as Error).message, { cause });
      }
    },
  );
  server.request("close-me", { help: "End this connection." }, (exchange) => {
    exchange.reply();
    exchange.client.disconnect("As you wish");
  });
}
