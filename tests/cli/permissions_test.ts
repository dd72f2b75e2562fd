import { assertEquals, assertThrows } from "@std/assert";
import { permissionsFor } from "../../lib/cli/mod.ts";
import { ConfigError } from "../../lib/errors.ts";

Deno.test("permissionsFor() names each address and path, and asks for nothing else", () => {
  assertEquals(permissionsFor({ net: ["127.0.0.1:7024", "192.168.1.5:5000"] }), [
    "--no-prompt",
    "--allow-net=127.0.0.1:7024,192.168.1.5:5000",
  ]);
  assertEquals(
    permissionsFor({ net: ["[::1]:0"], read: ["data/state", "lab.yaml"], write: ["data/state"] }),
    [
      "--no-prompt",
      "--allow-net=[::1]:0",
      "--allow-read=data/state,lab.yaml",
      "--allow-write=data/state",
    ],
  );
});

Deno.test("permissionsFor() gives nothing for nothing", () => {
  assertEquals(permissionsFor({}), ["--no-prompt"]);
});

Deno.test("permissionsFor() lets a Unix socket be made where it is", () => {
  assertEquals(permissionsFor({ net: ["unix:/run/dewar.sock", "localhost:1"] }), [
    "--no-prompt",
    "--allow-net=unix:/run/dewar.sock,localhost:1",
    "--allow-read=/run/dewar.sock",
    "--allow-write=/run/dewar.sock",
  ]);
});

Deno.test("permissionsFor() names no address twice, and keeps a comma in a path from being two", () => {
  assertEquals(permissionsFor({ net: ["a:1", "a:1"], read: ["x,y"] }), [
    "--no-prompt",
    "--allow-net=a:1",
    "--allow-read=x,,y",
  ]);
});

Deno.test("permissionsFor() refuses what is no address: it never widens", () => {
  for (const address of ["", "example", "*:1", "a,b:1", "http://a:1", "a:1,b:2"]) {
    assertThrows(() => permissionsFor({ net: [address] }), ConfigError);
  }
});
