/** Signing in over HTTP, and who is let do what by every way of being known. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  Access,
  type AccessSettings,
  hashToken,
  newToken,
  readHtpasswd,
} from "../../../daemons/monitor/access/mod.ts";
import { DEFAULTS, readYaml } from "../../../daemons/monitor/config/mod.ts";
import { createApp } from "../../../daemons/monitor/web/app.tsx";
import { openDoors } from "../../../daemons/monitor/web/mod.ts";
import { VirtualClock } from "../../../lib/testing/mod.ts";
import { FakeLab } from "./fake_lab.ts";

const SHA = "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="; // secret
const TOKEN = newToken();
const YAML = `
auth_file: people
users:
  anna: admin
  olga: operator
  wim: viewer
tokens:
  script: { role: operator, hash: "${hashToken(TOKEN)}" }
`;
const PEOPLE = ["anna", "olga", "wim"].map((name) => `${name}:${SHA}`).join("\n");

const settingsOf = (yaml: string): AccessSettings & typeof DEFAULTS => ({
  ...DEFAULTS,
  ...readYaml(yaml, "monitor.yaml").settings,
});

/** A request as a browser makes it. */
type Ask = (path: string, init?: RequestInit & { address?: string }) => Promise<Response>;

async function rig(yaml = YAML, people = PEOPLE) {
  const clock = new VirtualClock();
  const lab = new FakeLab(["cryocon"], clock);
  const settings = settingsOf(yaml);
  const access = new Access(settings, settings.authFile ? readHtpasswd(people, "people") : undefined);
  const said: string[] = [];
  const doors = await openDoors({ access, config: settings, say: (_, message) => said.push(message), clock });
  const app = createApp(lab, clock, doors);
  const ask: Ask = async (path, { address = "10.0.0.7", ...init } = {}) =>
    await app.request(path, init, { incoming: { socket: { remoteAddress: address } } });
  return { clock, lab, access, ask, said, doors };
}

const form = (fields: Record<string, string>, headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  body: new URLSearchParams(fields),
  headers: { "sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate", accept: "text/html", ...headers },
});

/** Signs in, and gives what the browser sends from then on, with the token of its forms. */
async function signIn(ask: Ask, name: string, password = "secret") {
  const answer = await ask("/login", form({ name, password, next: "/log" }));
  assertEquals([answer.status, answer.headers.get("location")], [303, "/log"]);
  const cookie = /^([^;]+);/.exec(answer.headers.get("set-cookie") ?? "")![1]!;
  const page = await (await ask("/", { headers: { cookie } })).text();
  const csrf = /name="x-dewar-csrf" content="([^"]+)"/.exec(page)![1]!;
  return { cookie, csrf, set: answer.headers.get("set-cookie")! };
}

const PAGES = [
  "/",
  "/live",
  "/history",
  "/log",
  "/alarms",
  "/archive",
  "/logbook",
  "/client/cryocon",
  "/lab",
  "/palette.json",
  "/monitor/status",
  "/api/v1/lab",
  "/api/v1/openapi.json",
  "/metrics",
  "/nowhere",
];

Deno.test("nothing is shown to somebody unknown: people are shown where to sign in, programs are told", async () => {
  const { ask } = await rig();
  for (const path of PAGES) {
    const program = await ask(path);
    assertEquals(
      [program.status, program.headers.get("www-authenticate")?.slice(0, 6)],
      [401, "Basic "],
      path,
    );
    const browser = { accept: "text/html", "sec-fetch-mode": "navigate", "sec-fetch-site": "none" };
    const page = await ask(`${path}?a=b`, { headers: browser });
    assertEquals(page.status, 303, path);
    assertEquals(page.headers.get("location"), `/login?next=${encodeURIComponent(`${path}?a=b`)}`);
    const script = await ask(path, { headers: { accept: "*/*", "sec-fetch-mode": "cors" } });
    assertEquals([script.status, script.headers.get("www-authenticate")], [401, null], path);
  }
  assertEquals((await ask("/login")).status, 200);
});

Deno.test("the cookie is for no script and no other site, and says nothing before one has signed in", async () => {
  const { ask } = await rig();
  assertEquals((await ask("/login")).headers.get("set-cookie"), null);
  const { set } = await signIn(ask, "anna");
  assertMatch(set, /^dewar=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Strict$/);
});

Deno.test("behind HTTPS the cookie is for HTTPS alone, and addresses are as the proxy says", async () => {
  const { ask, said } = await rig(`${YAML}behind_https: true\n`);
  const { set, cookie } = await signIn(ask, "anna");
  assertMatch(set, /^__Host-dewar=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
  assertEquals((await ask("/", { headers: { cookie } })).status, 200);
  await ask("/login", form({ name: "anna", password: "x" }, { "x-forwarded-for": "1.2.3.4, 10.9.9.9" }));
  assertEquals(said, ["Wrong password for anna from 10.9.9.9"]);
});

Deno.test("signing in makes a new session whatever the browser came with, and ends the one before", async () => {
  const { ask } = await rig();
  const planted = "dewar=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  const answer = await ask("/login", form({ name: "anna", password: "secret" }, { cookie: planted }));
  assert(!answer.headers.get("set-cookie")!.startsWith(planted));
  assertEquals((await ask("/", { headers: { cookie: planted } })).status, 401);
  const first = await signIn(ask, "anna");
  await ask("/login", form({ name: "anna", password: "secret" }, { cookie: first.cookie }));
  assertEquals((await ask("/", { headers: { cookie: first.cookie } })).status, 401);
});

Deno.test("signing out ends the session, not only the cookie", async () => {
  const { ask } = await rig();
  const { cookie, csrf } = await signIn(ask, "anna");
  assertEquals((await ask("/logout", form({}, { cookie }))).status, 403);
  const answer = await ask("/logout", form({ csrf }, { cookie }));
  assertEquals([answer.status, answer.headers.get("location")], [303, "/login"]);
  assertMatch(answer.headers.get("set-cookie")!, /^dewar=; Max-Age=0/);
  assertEquals((await ask("/", { headers: { cookie } })).status, 401);
});

Deno.test("a wrong password says so and nothing more; many say when the next is looked at", async () => {
  const { ask, clock, lab, said } = await rig();
  const tried = async (name: string, password: string, address?: string) => {
    const answer = await ask("/login", { ...form({ name, password }), ...address ? { address } : {} });
    return [answer.status, /<span class="what">([^<]*)/.exec(await answer.text())?.[1]] as const;
  };
  assertEquals(await tried("anna", "guess"), [401, "The name or the password is wrong"]);
  assertEquals(await tried("nobody", "guess"), [401, "The name or the password is wrong"]);
  for (let n = 0; n < 2; n++) await tried("anna", "guess");
  const [status, words] = await tried("anna", "secret");
  assertEquals(status, 429);
  assertMatch(words!, /The next one is looked at in 1 s; nobody is locked out for longer than a minute/);
  assertEquals((await tried("anna", "secret", "10.0.0.8"))[0], 303);
  await clock.advance("1 s");
  assertEquals((await tried("anna", "secret"))[0], 303);
  assertEquals(said.length, 4);
  const log = JSON.stringify([lab.lines, said]);
  assert(!log.includes("guess") && !log.includes("secret"), "no password is in the log");
});

Deno.test("scripts show a password or a token with every request; wrong ones cost time as well", async () => {
  const { ask } = await rig();
  const basic = (words: string) => ({ headers: { authorization: `Basic ${btoa(words)}` } });
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
  assertEquals((await ask("/api/v1/lab", basic("wim:secret"))).status, 200);
  assertEquals((await ask("/api/v1/lab", bearer(TOKEN))).status, 200);
  for (
    const wrong of [
      bearer("x"),
      bearer(`${TOKEN}x`),
      basic("wim"),
      basic(":"),
      { headers: { authorization: "Basic ?" } },
      { headers: { authorization: "Digest x" } },
      { headers: { authorization: "Basic" } },
    ]
  ) {
    assertEquals((await ask("/api/v1/lab", wrong)).status, 401, JSON.stringify(wrong));
  }
  const codes: number[] = [];
  for (let n = 0; n < 5; n++) codes.push((await ask("/", basic("olga:guess"))).status);
  assertEquals(codes, [401, 401, 401, 429, 429]);
  assertEquals((await ask("/", basic("wim:secret"))).status, 200, "who is known waits for nobody");
});

Deno.test("a session's forms are only those of its own pages", async () => {
  const { ask, lab } = await rig();
  const olga = await signIn(ask, "olga");
  const other = await signIn(ask, "anna");
  const post = async (fields: Record<string, string>, headers: Record<string, string>) =>
    (await ask(
      "/command",
      form({ line: "send cryocon stop", ...fields }, { cookie: olga.cookie, ...headers }),
    )).status;
  assertEquals(await post({}, {}), 403, "no token");
  assertEquals(await post({ csrf: "" }, {}), 403);
  assertEquals(await post({ csrf: other.csrf }, {}), 403, "of another session");
  assertEquals(await post({ csrf: olga.csrf }, { "sec-fetch-site": "cross-site" }), 403);
  assertEquals(await post({ csrf: olga.csrf }, { "sec-fetch-site": "same-site" }), 403);
  assertEquals(await post({}, { "x-dewar-csrf": "no" }), 403);
  assertEquals(lab.commands, []);
  assertEquals(
    lab.lines.filter(({ command }) => command?.outcome === "denied").length,
    6,
    "each try is recorded",
  );
  assertEquals(await post({ csrf: olga.csrf }, {}), 200);
  assertEquals(await post({}, { "x-dewar-csrf": olga.csrf }), 200);
  assertEquals(lab.commands, ["olga: send cryocon stop", "olga: send cryocon stop"]);
  await ask("/logout", form({ csrf: olga.csrf }, { cookie: olga.cookie }));
  assertEquals(await post({ csrf: olga.csrf }, {}), 401, "an old session");
});

Deno.test("whoever signed in commands under their own name, whatever a form says", async () => {
  const { ask, lab } = await rig();
  const { cookie, csrf } = await signIn(ask, "olga");
  await ask("/command", form({ line: "send cryocon stop", by: "anna", csrf }, { cookie }));
  await ask("/api/v1/command", {
    method: "POST",
    body: JSON.stringify({ line: "send cryocon stop", by: "anna" }),
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
  });
  assertEquals(lab.commands, ["olga: send cryocon stop", "script: send cryocon stop"]);
  const [script, olga] = lab.lines.map(({ command }) => command);
  assertEquals([olga?.via, olga?.known, olga?.from], ["page", "password", "10.0.0.7"]);
  assertEquals([script?.via, script?.known, script?.from], ["api", "token", "10.0.0.7"]);
});

Deno.test("what a viewer may not do is there, disabled, with the reason", async () => {
  const { ask, lab } = await rig();
  lab.read("cryocon", { temperature: 1 });
  const { cookie } = await signIn(ask, "wim");
  const page = async (path: string) => await (await ask(path, { headers: { cookie } })).text();
  const device = await page("/client/cryocon");
  const why = "wim is viewer and may not command cryocon: that takes an operator";
  assertMatch(device, new RegExp(`<fieldset[^>]*disabled[^>]*title="${why}"`));
  assertStringIncludes(device, `name="command" value="stop"`);
  assert(!device.includes(`name="by"`), "nobody is asked for a name that is known");
  assertStringIncludes(device, "Sign out");
  for (const path of ["/client/cryocon/console", "/client/cryocon", "/logbook", "/"]) {
    const html = await page(path);
    const posts = [...html.matchAll(/<form method="post" action="([^"]+)"[^>]*>(.*?)<\/form>/gs)];
    for (const [, action, inside] of posts) {
      if (action === "/logout") continue;
      assertMatch(inside!, /<fieldset[^>]*disabled/, `${path} ${action}`);
    }
  }
  const olga = await signIn(ask, "olga");
  assert(
    !(await (await ask("/client/cryocon", { headers: { cookie: olga.cookie } })).text()).includes(
      "<fieldset",
    ),
  );
});

Deno.test("anonymous: viewer shows everybody all, and lets nobody command before they sign in", async () => {
  const { ask, lab } = await rig(`${YAML}anonymous: viewer\n`);
  for (const path of PAGES.filter((path) => !["/live", "/history", "/logbook", "/nowhere"].includes(path))) {
    assertEquals((await ask(path)).status, path === "/login" ? 303 : 200, path);
  }
  assertStringIncludes(await (await ask("/")).text(), `href="/login"`);
  assertEquals((await ask("/client/cryocon/console", form({ line: "x" }))).status, 403);
  assertEquals(lab.commands, []);
});

Deno.test("open_metrics shows /metrics to everybody, and nothing else", async () => {
  const { ask } = await rig(`${YAML}open_metrics: true\n`);
  assertEquals(
    [(await ask("/metrics")).status, (await ask("/metrics/")).status, (await ask("/lab")).status],
    [
      200,
      401,
      401,
    ],
  );
});

Deno.test("a token or a password that is withdrawn counts no more from then on", async () => {
  const { ask, access } = await rig();
  const { cookie } = await signIn(ask, "", TOKEN);
  const shown = { headers: { authorization: `Bearer ${TOKEN}` } };
  assertEquals([(await ask("/", shown)).status, (await ask("/", { headers: { cookie } })).status], [
    200,
    200,
  ]);
  access.adopt({ ...settingsOf(YAML), tokens: [] }, readHtpasswd(PEOPLE, "people"));
  assertEquals([(await ask("/", shown)).status, (await ask("/", { headers: { cookie } })).status], [
    401,
    401,
  ]);
});

Deno.test("after signing in one goes on at a page of ours, whatever the address says", async () => {
  const { ask } = await rig();
  for (
    const [next, expected] of [
      ["/log?q=a", "/log?q=a"],
      ["//evil.example/", "/"],
      ["/\\evil.example", "/"],
      ["https://evil.example", "/"],
      ["/login", "/"],
      ["/%2F/evil", "/%2F/evil"],
      ["/\t/evil.example", "/"],
      ["", "/"],
    ] as const
  ) {
    const answer = await ask("/login", form({ name: "anna", password: "secret", next }));
    assertEquals(answer.headers.get("location"), expected, JSON.stringify(next));
  }
});

Deno.test("every answer tells browsers what they may do with it", async () => {
  const { ask } = await rig(`${YAML}anonymous: viewer\n`);
  for (
    const path of [...PAGES.filter((path) => path !== "/live"), "/login", "/assets/x/web/client/main.ts"]
  ) {
    const { headers } = await ask(path);
    const policy = headers.get("content-security-policy")!;
    assertStringIncludes(policy, "default-src 'none'", path);
    assertStringIncludes(policy, "frame-ancestors 'none'");
    assert(!/unsafe-(?:inline|eval)/.test(policy));
    assertEquals([headers.get("x-content-type-options"), headers.get("referrer-policy")], [
      "nosniff",
      "same-origin",
    ]);
    assert(headers.has("cache-control"));
  }
});

Deno.test("an open stream ends with what it stood on: signing out, a session's day, a token or password withdrawn", async () => {
  const words = { authorization: `Bearer ${TOKEN}` };
  const basic = { authorization: `Basic ${btoa("olga:secret")}` };
  const withdrawn = YAML.replace(/tokens:[^]*/, "");
  const others = PEOPLE.replace(`olga:${SHA}\n`, "");
  type Rig = Awaited<ReturnType<typeof rig>>;
  const ends:
    readonly (readonly [string, (r: Rig, cookie: string) => Promise<void> | void, "cookie" | object])[] = [
      ["signing out", (r, cookie) => r.doors.sessions.end(cookie.slice("dewar=".length)), "cookie"],
      ["a day", (r) => r.clock.jump(25 * 3600), "cookie"],
      [
        "a token withdrawn",
        (r) => void r.access.adopt(settingsOf(withdrawn), readHtpasswd(PEOPLE, "people")),
        words,
      ],
      [
        "a password withdrawn",
        (r) => void r.access.adopt(settingsOf(YAML), readHtpasswd(others, "people")),
        basic,
      ],
      [
        "a password withdrawn",
        (r) => void r.access.adopt(settingsOf(YAML), readHtpasswd(others, "people")),
        "cookie",
      ],
    ];
  for (const [what, end, shown] of ends) {
    const r = await rig();
    const idle = r.lab.listeners;
    const { cookie } = await signIn(r.ask, "olga");
    const headers: HeadersInit = shown === "cookie" ? { cookie } : { ...shown };
    const reader = (await r.ask("/live", { headers })).body!.getReader();
    assertEquals((await reader.read()).done, false);
    let hasEnded = false;
    let last = "";
    const reading = (async () => {
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        last = new TextDecoder().decode(read.value);
      }
      hasEnded = true;
    })();
    await r.clock.advance("3 s");
    assertEquals(hasEnded, false, what);
    await end(r, cookie);
    await r.clock.advance(what === "a day" ? "1 s" : 0); // nobody says that a day is over
    await reading;
    assertEquals([hasEnded, r.lab.listeners], [true, idle], what);
    const why = "You are signed out: what you had shown counts no more";
    assertEquals(last, `event: over\ndata: "${why}"\n\n`, what);
    assertEquals((await r.ask("/live", { headers })).status, 401, what);
  }
});

Deno.test("a MONITOR for its machine alone answers under no other name, wherever nobody has shown who they are", async () => {
  const program = `tokens: { script: { role: operator, hash: "${hashToken(TOKEN)}" } }\n`;
  const { ask, lab } = await rig(program);
  const as = async (host: string, path = "/lab", headers: Record<string, string> = {}) =>
    (await ask(path, { headers: { host, ...headers } })).status;
  for (
    const host of ["localhost", "LOCALHOST:8888", "lab.localhost:1", "127.0.0.1:8888", "127.1", "[::1]:8888"]
  ) {
    assertEquals(await as(host), 200, host);
  }
  const strange = [
    "evil.example",
    "evil.example:8888",
    "127.0.0.1.evil.example",
    "127.evil.example:80",
    "localhost.evil.example",
    "notlocalhost",
    "evil.example@localhost:x",
    "10.0.0.1",
    "[::2]",
    "",
    "<script>",
  ];
  for (const host of strange) {
    for (const path of ["/", "/lab", "/live", "/ws", "/monitor/status", "/nowhere"]) {
      assertEquals(await as(host, path), 421, `${host} ${path}`);
    }
  }
  const asked = { host: "evil.example", origin: "http://evil.example", "sec-fetch-site": "same-origin" };
  const posted = await ask("/command", {
    method: "POST",
    body: new URLSearchParams({ line: "exit" }),
    headers: asked,
  });
  assertEquals([posted.status, lab.commands], [421, []]);
  assertMatch(
    await posted.text(),
    /^MONITOR is for this machine alone.*"evil\.example".*behind_https: true/s,
  );
  assertEquals(await as("lab.example", "/lab", { authorization: `Bearer ${TOKEN}` }), 200);
});

Deno.test("a MONITOR that is reached under other names answers under all of them", async () => {
  for (
    const yaml of [
      "behind_https: true\nanonymous: viewer",
      "trust_network: true",
      "host: 0.0.0.0\nanonymous: viewer",
    ]
  ) {
    const { ask } = await rig(`${yaml}\n`);
    assertEquals((await ask("/lab", { headers: { host: "lab.example" } })).status, 200, yaml);
  }
  const { ask } = await rig();
  const { cookie } = await signIn(ask, "anna");
  assertEquals((await ask("/lab", { headers: { host: "lab.example", cookie } })).status, 200);
});
