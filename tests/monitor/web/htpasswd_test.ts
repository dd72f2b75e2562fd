import { assert, assertEquals, assertThrows } from "@std/assert";
import { hash } from "bcryptjs";
import { createApp } from "../../../daemons/monitor/web/app.tsx";
import { readHtpasswd } from "../../../daemons/monitor/web/htpasswd.ts";
import { ConfigError } from "../../../lib/errors.ts";
import { systemClock } from "../../../lib/time/mod.ts";
import { FakeLab } from "./fake_lab.ts";

// htpasswd -nbs ben secret
const SHA = "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=";

Deno.test("readHtpasswd() knows bcrypt and SHA-1 and nobody else", async () => {
  const verify = readHtpasswd(`# people\nanna:${await hash("cold", 4)}\n\nben:${SHA}\n`, "people");
  assert(await verify("anna", "cold"));
  assert(await verify("ben", "secret"));
  for (const [name, password] of [["anna", "secret"], ["ben", "cold"], ["", ""], ["eve", "cold"]] as const) {
    assertEquals(await verify(name, password), false, `${name}:${password}`);
  }
});

Deno.test("readHtpasswd() names file and line of what is wrong", () => {
  assertThrows(() => readHtpasswd("anna", "people"), ConfigError, "people line 1: expected name:hash");
  assertThrows(
    () => readHtpasswd(`\nanna:rqXexS6ZhobKA`, "people"),
    ConfigError,
    "people line 2: the password of anna",
  );
  assertThrows(
    () => readHtpasswd(`a:${SHA}\na:${SHA}`, "people"),
    ConfigError,
    "people line 2: a stands there",
  );
});

Deno.test("nothing is served to somebody unknown", async () => {
  const app = createApp(new FakeLab(), systemClock, readHtpasswd(`ben:${SHA}`, "people"));
  for (
    const path of [
      "/",
      "/live",
      "/history",
      "/monitor/status",
      "/monitor/command?string=exit",
      "/assets/main.ts",
      "/lab",
    ]
  ) {
    assertEquals((await app.request(path)).status, 401, path);
  }
  const headers = { authorization: `Basic ${btoa("ben:secret")}` };
  assertEquals((await app.request("/", { headers })).status, 200);
});
