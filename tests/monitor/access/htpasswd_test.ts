import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { hash } from "bcryptjs";
import { readHtpasswd } from "../../../daemons/monitor/access/mod.ts";
import { ConfigError } from "../../../lib/errors.ts";

// htpasswd -nbs, -nbm and -nbd; the last two as openssl passwd -apr1 and perl's crypt give them
const SHA = "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=";
const APR1 = "$apr1$abcdefgh$Acxy9znw4hGk3hbjI1qpM.";
const APR1_UTF8 = "$apr1$xy$XEyRcyLNKZozolPtlBKgB.";
const DES = "abSsy3GvmHpeQ";

Deno.test("readHtpasswd() knows bcrypt, and the old ways with a warning, and nobody else", async () => {
  const lines = [
    "# people",
    `anna:${await hash("cold", 4)}`,
    "",
    `ben:${SHA}`,
    `cid:${APR1}`,
    `dora:${APR1_UTF8}`,
    `otto:${DES}`,
  ];
  const passwords = readHtpasswd(lines.join("\n"), "people");
  assert(await passwords.verify("anna", "cold"));
  assert(await passwords.verify("ben", "secret"));
  assert(await passwords.verify("cid", "cold detector at night 123"));
  assert(await passwords.verify("dora", "é✓"));
  assert(await passwords.verify("otto", "secretpassword"));
  for (
    const [name, password] of [
      ["anna", "secret"],
      ["ben", "cold"],
      ["cid", ""],
      ["dora", "e✓"],
      ["otto", "Secretpassword"],
      ["", ""],
      ["eve", "cold"],
      ["__proto__", "cold"],
    ] as const
  ) {
    assertEquals(await passwords.verify(name, password), false, `${name}:${password}`);
  }
  assertEquals([...passwords.names], ["anna", "ben", "cid", "dora", "otto"]);
  assertEquals(passwords.warnings, [
    "people line 4: the password of ben is hashed by SHA-1, which is no longer safe: htpasswd -B people ben",
    "people line 5: the password of cid is hashed by MD5, which is no longer safe: htpasswd -B people cid",
    "people line 6: the password of dora is hashed by MD5, which is no longer safe: htpasswd -B people dora",
    "people line 7: the password of otto is hashed by DES, which is no longer safe: htpasswd -B people otto",
  ]);
});

Deno.test("readHtpasswd() names file and line of what is wrong", () => {
  assertThrows(() => readHtpasswd("anna", "people"), ConfigError, "people line 1: expected name:hash");
  for (const hash of ["secret", "$6$abc$def", "$1$abc$def", "{SSHA}xx", "$2y$05$short", "{SHA}short"]) {
    const error = assertThrows(() => readHtpasswd(`\nanna:${hash}`, "people"), ConfigError);
    assert(error.message.startsWith("people line 2: the password of anna is"), error.message);
    assert(error.message.endsWith("renew it: htpasswd -B people anna"), error.message);
    assert(!error.message.includes(hash), "what stands there may be a password: it is not repeated");
  }
  assertThrows(
    () => readHtpasswd(`a:${SHA}\na:${SHA}`, "people"),
    ConfigError,
    "people line 2: a stands there",
  );
});

Deno.test("readHtpasswd() compares as much for somebody who is not there as for a wrong password", async () => {
  const costs: string[] = [];
  const passwords = readHtpasswd(`ann:${await hash("cold", 7)}\nben:${SHA}`, "people", (_, hash) => {
    costs.push(hash.slice(0, 7));
    return Promise.resolve(false);
  });
  for (const name of ["ann", "ben", "eve"]) await passwords.verify(name, "wrong");
  assertEquals(costs, ["$2b$07$", "$2b$07$", "$2b$07$"]);
});

Deno.test("the stamp of a password changes with it, and is of one person only", () => {
  const stamp = (text: string, name: string) => readHtpasswd(text, "people").stamp(name);
  assertEquals(stamp(`ben:${SHA}`, "ben"), stamp(`ann:${DES}\nben:${SHA}`, "ben"));
  assertNotEquals(stamp(`ben:${SHA}`, "ben"), stamp(`ben:${DES}`, "ben"));
  assertNotEquals(stamp(`ben:${SHA}\nann:${SHA}`, "ben"), stamp(`ben:${SHA}\nann:${SHA}`, "ann"));
  assertEquals(stamp(`ben:${SHA}`, "eve"), undefined);
});
