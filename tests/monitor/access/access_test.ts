import { assert, assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import {
  Access,
  type AccessSettings,
  accessWarnings,
  checkReach,
  hashToken,
  newToken,
  readHtpasswd,
} from "../../../daemons/monitor/access/mod.ts";
import { DEFAULTS, readYaml } from "../../../daemons/monitor/config/mod.ts";
import { ConfigError } from "../../../lib/errors.ts";
import { program, run } from "../../processes.ts";

const SHA = "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="; // secret
const TOKEN = newToken();

const settings = (yaml: string): AccessSettings => ({
  ...DEFAULTS,
  ...readYaml(yaml, "monitor.yaml").settings,
});
const passwords = (...names: string[]) =>
  readHtpasswd(names.map((name) => `${name}:${SHA}`).join("\n"), "people");

Deno.test("people are what users: says of them; who is not named is what * is, else a viewer", async () => {
  const users = `
auth_file: people
users:
  anna: admin
  bea: { role: viewer, devices: { cryo*: operator } }
`;
  const access = new Access(settings(users), passwords("anna", "bea", "eve"));
  const role = async (name: string) => (await access.byPassword(name, "secret"))?.role;
  assertEquals(await role("anna"), "admin");
  assertEquals((await access.byPassword("bea", "secret"))?.grants, [{ pattern: "cryo*", role: "operator" }]);
  assertEquals(await role("eve"), "viewer");
  assertEquals(await role("*"), undefined);
  assertEquals(await role("nobody"), undefined);
  assertEquals(await access.byPassword("anna", "wrong"), undefined);
  access.adopt(settings(`${users}  "*": operator\n`), passwords("anna", "eve"));
  assertEquals([await role("eve"), await role("bea")], ["operator", undefined]);
});

Deno.test("where nothing is said of users everybody with a password is an admin, as in the original", async () => {
  const access = new Access(settings("auth_file: people"), passwords("anna"));
  assertEquals((await access.byPassword("anna", "secret"))?.role, "admin");
  assertEquals([access.mustSignIn, access.anonymous], [true, undefined]);
});

Deno.test("a token is known by its hash alone, for as long as the configuration has it", () => {
  const yaml = `tokens: { nightscript: { role: operator, hash: "${hashToken(TOKEN)}" } }`;
  const access = new Access(settings(yaml));
  const person = access.byToken(TOKEN)!;
  assertEquals(person, { name: "nightscript", role: "operator", grants: [], known: "token" });
  for (const wrong of ["", TOKEN.slice(1), TOKEN.toUpperCase(), hashToken(TOKEN), "__proto__"]) {
    assertEquals(access.byToken(wrong), undefined);
  }
  const stamp = access.stampOf(person)!;
  assertEquals(access.recall("nightscript", "token", stamp), person);
  assert(access.adopt(settings("{}")));
  assertEquals([access.byToken(TOKEN), access.recall("nightscript", "token", stamp)], [undefined, undefined]);
});

Deno.test("whoever signed in has the rights of now, and has to sign in anew after another password", () => {
  const access = new Access(settings("{ auth_file: people, users: { ben: operator } }"), passwords("ben"));
  const stamp = access.stampOf({ name: "ben", role: "viewer", grants: [], known: "password" })!;
  assertEquals(access.recall("ben", "password", stamp)?.role, "operator");
  assert(access.adopt(settings("{ auth_file: people, users: { ben: viewer } }"), passwords("ben")));
  assertEquals(access.recall("ben", "password", stamp)?.role, "viewer");
  const other = readHtpasswd("ben:abSsy3GvmHpeQ", "people");
  assert(access.adopt(settings("{ auth_file: people, users: { ben: viewer } }"), other));
  assertEquals(access.recall("ben", "password", stamp), undefined);
  assertEquals(access.adopt(settings("{ auth_file: people, users: { ben: viewer } }"), other), false);
});

Deno.test("peers on TCP: this machine's are obeyed, others with a token, or where the network is trusted", () => {
  const yaml = `{ host: 0.0.0.0, tokens: { script: { role: viewer, hash: "${hashToken(TOKEN)}" } } }`;
  const access = new Access(settings(yaml));
  const roleOf = (isLocal: boolean, token?: string) => access.peer({ name: "x", isLocal, token })?.role;
  assertEquals([roleOf(true), roleOf(false)], ["operator", undefined]);
  assertEquals([roleOf(false, "wrong"), roleOf(false, TOKEN)], [undefined, "viewer"]);
  assertEquals(access.mustSignIn, true);
  const trusting = new Access(settings("{ host: 0.0.0.0, trust_network: true }"));
  assertEquals(trusting.peer({ name: "x", isLocal: false })?.role, "operator");
  assertEquals(trusting.anonymous?.role, "admin");
});

Deno.test("anonymous: says what those may do who have not signed in", () => {
  const access = new Access(settings("{ auth_file: people, anonymous: viewer }"), passwords("anna"));
  assertEquals([access.anonymous?.role, access.mustSignIn, access.canSignIn], ["viewer", false, true]);
  assertEquals(new Access(settings("{}")).anonymous?.role, "admin");
});

Deno.test("beyond this machine MONITOR does not start without authentication, and says what to do", () => {
  for (const host of ["0.0.0.0", "192.168.1.7", "::", "lab.example"]) {
    const error = assertThrows(() => checkReach(settings(`host: "${host}"`)), ConfigError);
    assertMatch(error.message, new RegExp(`^MONITOR would listen on ${host}, where other machines reach it`));
    for (
      const way of ["--auth-file", "--new-token", "anonymous: viewer", "--trust-network", "--host 127.0.0.1"]
    ) {
      assert(error.message.includes(way), way);
    }
  }
  assertThrows(() => checkReach(settings("{ host: 0.0.0.0, anonymous: operator }")), ConfigError);
  for (const proxy of ["behind_https: true", "web_origin: https://lab.example"]) {
    const error = assertThrows(() => checkReach(settings(proxy)), ConfigError);
    assertMatch(error.message, /^Other machines would reach MONITOR's page through the proxy before it/);
    assert(error.message.includes("--auth-file") && !error.message.includes("--host"));
    const believed = `{ ${proxy}, trust_network: true }`;
    for (const fine of [`{ ${proxy}, auth_file: people }`, `{ ${proxy}, anonymous: viewer }`, believed]) {
      checkReach(settings(fine));
    }
    // Whoever comes through it is nobody, also where programs on this machine have tokens.
    assertEquals(new Access(settings(`{ ${proxy}, token: cold }`)).anonymous, undefined);
    assertEquals(new Access(settings(believed)).anonymous?.role, "admin");
  }
  for (
    const fine of [
      "host: 127.0.0.1",
      "host: localhost",
      'host: "::1"',
      "{ host: 0.0.0.0, auth_file: people }",
      "{ host: 0.0.0.0, token: cold }",
      "{ host: 0.0.0.0, anonymous: viewer }",
      "{ host: 0.0.0.0, trust_network: true }",
    ]
  ) checkReach(settings(fine));
});

Deno.test("users without a password and old hashes are warned of", () => {
  const said = settings(`{ auth_file: people, users: { anna: admin, eve: viewer, "*": viewer } }`);
  const [old, eve, ...more] = accessWarnings(said, passwords("anna"));
  assertMatch(old!, /^people line 1: the password of anna is hashed by SHA-1/);
  assertEquals([eve, more], ["eve cannot sign in: people has no password for them", []]);
  assertEquals(accessWarnings(settings("users: { anna: admin }")), [
    "anna cannot sign in: there is no auth_file",
  ]);
});

Deno.test("monitor.yaml: what is said wrongly of users and tokens is named with line and expectation", () => {
  for (
    const [yaml, message] of [
      [
        "users:\n  anna: boss",
        'monitor.yaml line 2: users.anna: expected one of viewer, operator, admin, got "boss"',
      ],
      ["users:\n  anna:\n    rolle: admin", "monitor.yaml line 2: users.anna.role: expected one of viewer"],
      [
        "users:\n  anna:\n    role: admin\n    device: {}",
        'monitor.yaml line 4: users.anna.device is no known key; did you mean "devices"?',
      ],
      [
        "users:\n  anna:\n    role: viewer\n    devices:\n      a b: operator",
        "line 5: users.anna.devices.a b: expected the name",
      ],
      [
        "users:\n  anna:\n    role: viewer\n    devices:\n      ab: boss",
        "line 5: users.anna.devices.ab: expected one of",
      ],
      ["users:\n  a b: admin", "monitor.yaml line 2: users.a b: expected a name"],
      [
        "tokens:\n  x:\n    role: viewer\n    hash: secret",
        'monitor.yaml line 4: tokens.x.hash: expected what "deno task monitor --new-token x" prints',
      ],
      ["tokens:\n  x: viewer", 'monitor.yaml line 2: tokens.x: expected a section, got "viewer"'],
      ["anonymous: none", "monitor.yaml line 1: anonymous: expected one of"],
      ["user: {}", 'monitor.yaml line 1: user is no known key; did you mean "users"?'],
    ] as const
  ) {
    const error = assertThrows(() => settings(yaml), ConfigError);
    assert(error.message.includes(message), error.message);
    assert(!error.message.includes("secret"), "a token written in place of its hash is not repeated");
  }
});

Deno.test("tokens are all different, and marked", () => {
  const tokens = new Set(Array.from({ length: 100 }, newToken));
  assertEquals(tokens.size, 100);
  for (const token of tokens) assertMatch(token, /^dewar_[A-Za-z0-9_-]{43}$/);
  assertNotEquals(hashToken("a"), hashToken("b"));
});

Deno.test("deno task monitor --new-token shows a token once, with lines that monitor.yaml takes", async () => {
  const { code, output } = await run(program("daemons/monitor/launch.ts", "--new-token", "nightscript"));
  assertEquals(code, 0);
  const token = /^ {2}(dewar_\S+)$/m.exec(output)![1]!;
  const yaml = /^tokens:\n.*$/m.exec(output)![0];
  const access = new Access(settings(yaml));
  assertEquals(access.byToken(token)?.name, "nightscript");
});
