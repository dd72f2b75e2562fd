import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import {
  Access,
  formTokenOf,
  readHtpasswd,
  SessionFile,
  Sessions,
  SignIn,
} from "../../../daemons/monitor/access/mod.ts";
import { DEFAULTS } from "../../../daemons/monitor/config/mod.ts";
import { VirtualClock } from "../../../lib/testing/mod.ts";

const SHA = "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="; // secret
const CONFIG = { ...DEFAULTS, authFile: "people" };
const passwords = (...names: string[]) =>
  readHtpasswd(names.map((name) => `${name}:${SHA}`).join("\n"), "people");

async function rig() {
  const clock = new VirtualClock();
  const access = new Access(CONFIG, passwords("anna", "ben"));
  let kept: string | undefined;
  const keep = (text: string) => void (kept = text);
  const sessions = new Sessions({ access, clock, keep });
  const anna = (await access.byPassword("anna", "secret"))!;
  return { clock, access, sessions, anna, keep, kept: () => kept };
}

Deno.test("a session is known by its cookie, and by nothing that is kept of it", async () => {
  const { sessions, anna, kept, access, clock } = await rig();
  const cookie = sessions.begin(anna);
  assertMatch(cookie, /^[A-Za-z0-9_-]{43}$/);
  assertEquals(sessions.personOf(cookie)?.name, "anna");
  assert(!kept()!.includes(cookie));
  for (const id of Object.keys(JSON.parse(kept()!).sessions)) assertEquals(sessions.personOf(id), undefined);
  const again = new Sessions({ access, clock }, kept());
  assertEquals(again.personOf(cookie)?.name, "anna");
  again.end(cookie);
  assertEquals([again.personOf(cookie), again.size], [undefined, 0]);
});

Deno.test("a session ends after a day without use, and after a week in any case", async () => {
  const { sessions, anna, clock } = await rig();
  const idle = sessions.begin(anna);
  await clock.advance("24 h");
  assertEquals(sessions.personOf(idle)?.name, "anna");
  await clock.advance("24 h");
  await clock.advance("1 s");
  assertEquals(sessions.personOf(idle), undefined);
  const busy = sessions.begin(anna);
  let hours = 0;
  for (; sessions.personOf(busy); hours++) await clock.advance("1 h");
  assertEquals(hours, 7 * 24 + 1);
});

Deno.test("a session ends when its person is gone or has another password, and has the role of now", async () => {
  const { sessions, anna, access } = await rig();
  const cookie = sessions.begin(anna);
  access.adopt({ ...CONFIG, users: [{ name: "anna", role: "viewer", grants: [] }] }, passwords("anna"));
  assertEquals(sessions.personOf(cookie)?.role, "viewer");
  access.adopt(CONFIG, readHtpasswd("anna:abSsy3GvmHpeQ", "people"));
  assertEquals(sessions.personOf(cookie), undefined);
  access.adopt(CONFIG, passwords("anna"));
  assertEquals(sessions.personOf(cookie), undefined, "what has ended stays ended");
});

Deno.test("there are never more than so many sessions of one person; the oldest ends", async () => {
  const { sessions, anna } = await rig();
  const cookies = Array.from({ length: 60 }, () => sessions.begin(anna));
  assertEquals(sessions.size, 50);
  assertEquals([sessions.personOf(cookies[9]!), sessions.personOf(cookies[10]!)?.name], [undefined, "anna"]);
});

Deno.test("the token of forms is of one session, and does not tell its cookie", async () => {
  const { sessions, anna } = await rig();
  const [one, other] = [sessions.begin(anna), sessions.begin(anna)];
  assertNotEquals(formTokenOf(one), formTokenOf(other));
  assertEquals(formTokenOf(one), formTokenOf(one));
  assertEquals(sessions.personOf(formTokenOf(one)), undefined);
});

Deno.test("sessions that were kept are read whatever stands there: who cannot be known signs in anew", async () => {
  const { access, clock, sessions, anna, kept } = await rig();
  const cookie = sessions.begin(anna);
  const text = kept()!;
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.json(), fc.nat(text.length - 1).map((at) => text.slice(0, at))),
      (broken) => {
        const again = new Sessions({ access, clock }, broken);
        assertEquals(again.personOf(cookie), undefined);
      },
    ),
    { numRuns: 1000 },
  );
});

Deno.test("a cookie that was changed anywhere is nobody's", async () => {
  const { sessions, anna } = await rig();
  const cookie = sessions.begin(anna);
  fc.assert(
    fc.property(fc.nat(cookie.length - 1), fc.constantFrom(..."AZaz09_-"), (at, letter) => {
      const changed = cookie.slice(0, at) + letter + cookie.slice(at + 1);
      assertEquals(sessions.personOf(changed) === undefined, changed !== cookie);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("the file of sessions is for its owner alone, and holds the last that was kept", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const problems: string[] = [];
    const path = `${folder}/sessions.json`;
    {
      await using file = new SessionFile(path, (problem) => problems.push(problem));
      assertEquals(await file.read(), undefined);
      for (let n = 0; n < 20; n++) file.keep(String(n));
    }
    assertEquals([await Deno.readTextFile(path), (await Deno.stat(path)).mode! & 0o777], ["19", 0o600]);
    await using file = new SessionFile(
      `${folder}/nowhere/sessions.json`,
      (problem) => problems.push(problem),
    );
    file.keep("x");
    await file[Symbol.asyncDispose]();
    assertMatch(problems.join(), /^Sessions cannot be kept: /);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("signing in: a right password is not worked out anew each time, until it is another", async () => {
  const clock = new VirtualClock();
  let compared = 0;
  const slow = (hash: string) =>
    readHtpasswd(`anna:${hash}`, "people", (password) => {
      compared++;
      return Promise.resolve(password === "secret");
    });
  const bcrypt = (salt: string) => `$2b$05$${salt}${"x".repeat(53 - salt.length)}`;
  const access = new Access(CONFIG, slow(bcrypt("a")));
  const wrong: (string | undefined)[] = [];
  const signIn = new SignIn({ access, clock, onWrong: (name) => wrong.push(name) });
  for (let n = 0; n < 100; n++) {
    assertEquals((await signIn.signIn("anna", "secret", "a")).person?.name, "anna");
  }
  assertEquals(compared, 1);
  access.adopt(CONFIG, slow(bcrypt("b")));
  await signIn.signIn("anna", "secret", "a");
  assertEquals(compared, 2);
  assertEquals(await signIn.signIn("anna", "wrong", "a"), { person: undefined, wait: 0 });
  assertEquals(await signIn.signIn("my-password-typed-as-name", "", "a"), { person: undefined, wait: 0 });
  assertEquals(wrong, ["anna", undefined], "a name that nobody has may be a password: it is not told");
});

Deno.test("signing in: while one waits a right password is not looked at either, and is again after the wait", async () => {
  const clock = new VirtualClock();
  const access = new Access(CONFIG, passwords("anna"));
  const signIn = new SignIn({ access, clock });
  for (let n = 0; n < 4; n++) await signIn.signIn("anna", "wrong", "a");
  const result = await signIn.signIn("anna", "secret", "a");
  assert(result.person === undefined && result.wait > 0 && result.wait <= 60_000);
  assertEquals((await signIn.signIn("anna", "secret", "elsewhere")).person?.name, "anna");
  await clock.advance(result.wait);
  assertEquals((await signIn.signIn("anna", "secret", "a")).person?.name, "anna");
});
