/** The page while somebody does to it what can be done to a web server: whoever means well is served all the time. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import type { Socket } from "node:net";
import { createApp } from "../../daemons/monitor/web/app.tsx";
import { HTTP_LIMITS, type HttpLimits } from "../../daemons/monitor/web/http_server.ts";
import { startWeb, type Web } from "../../daemons/monitor/web/mod.ts";
import { Stalled } from "../../daemons/monitor/web/stalled.ts";
import { eventually, VirtualClock } from "../../lib/testing/mod.ts";
import { systemClock } from "../../lib/time/mod.ts";
import { FakeLab } from "../monitor/web/fake_lab.ts";
import { type RawHttp, rawHttp } from "./raw_http.ts";

const QUICK: HttpLimits = { ...HTTP_LIMITS, headers: "0.5 s", request: "1 s" };

async function servedPage(limits: HttpLimits = QUICK) {
  const lab = new FakeLab();
  lab.read("cryocon", { temperature: -10 });
  const web = await startWeb(lab, { port: 0, limits });
  return {
    lab,
    web,
    async [Symbol.asyncDispose]() {
      await web.close();
      await systemClock.sleep("0.6 s"); // the adapter waits half a second for the rest of bodies that nobody read
    },
  };
}

/** Somebody who reads the page again and again, and follows what happens. */
async function reader(web: Web) {
  const live = await fetch(`${web.url}live`);
  const events = live.body!.getReader();
  assertMatch(new TextDecoder().decode((await events.read()).value), /^data: /);
  let pages = 0;
  let isLeaving = false;
  const reading = (async () => {
    while (!isLeaving) {
      const page = await fetch(web.url);
      assertEquals(page.status, 200);
      assertMatch(await page.text(), /cryocon/);
      pages++;
      await systemClock.sleep("20 ms");
    }
  })();
  reading.catch(() => {}); // told by leave()
  return {
    get pages() {
      return pages;
    },
    async leave() {
      isLeaving = true;
      await reading;
      assertMatch(new TextDecoder().decode((await events.read()).value), /^data: /);
      await events.cancel();
    },
  };
}

Deno.test("the page serves others while connections say nothing, half a header, or never end their body", async () => {
  await using page = await servedPage();
  const { web } = page;
  const good = await reader(web);
  const body = "POST /command HTTP/1.1\r\nHost: lab\r\n" +
    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 500\r\n\r\nline=";
  const cases = [["", 50], ["GET / HTTP/1.1\r\nHo", 50], [body, 50]] as const;
  const silent = await Promise.all(
    cases.flatMap(([first, count]) => Array.from({ length: count }, () => rawHttp(web.port, first))),
  );
  // Who sends one byte after the other is no better off.
  const dripping = await rawHttp(web.port, "GET / HTTP/1.1\r\nX: ");
  const drip = systemClock.every("50 ms", () => dripping.send("a"));
  const said = await Promise.all([...silent, dripping].map(({ closed }) => closed));
  drip.stop();
  for (const text of said) assertMatch(text, /^(?:HTTP\/1\.1 408 Request Timeout\r\n|$)/);
  const before = good.pages;
  await eventually(() => good.pages > before);
  await good.leave();
});

Deno.test("the page lets in who asks for something where others have taken every place and say nothing", async () => {
  await using page = await servedPage({ ...HTTP_LIMITS, connections: 50 });
  const { lab, web } = page;
  const told: string[] = [];
  using _ = lab.watch((event) => {
    if (event.kind === "log") told.push(event.line.message);
  });
  const good = await reader(web);
  const silent: RawHttp[] = [];
  while (silent.length < 150) {
    silent.push(...await Promise.all(Array.from({ length: 10 }, () => rawHttp(web.port, "GET /"))));
    await systemClock.sleep("10 ms");
  }
  const before = good.pages;
  await eventually(() => good.pages > before + 3);
  await good.leave();
  assertEquals(told, [
    "There are 50 connections from 127.0.0.1 already: one had to go, as 127.0.0.1 wanted in",
  ]);
  for (const connection of silent) connection.destroy();
});

Deno.test("the page refuses long bodies on every route before it has read them", async () => {
  await using page = await servedPage();
  const { web } = page;
  const app = createApp(new FakeLab(), systemClock);
  const paths = app.routes.filter(({ method }) => method === "POST").map(({ path }) => path);
  assert(paths.length > 8, paths.join(" "));
  for (const path of paths.map((path) => path.replaceAll(/:\w+/g, "cryocon"))) {
    const said = await rawHttp(
      web.port,
      `POST ${path} HTTP/1.1\r\nHost: lab\r\nContent-Length: 500000000\r\n\r\n`,
    );
    await eventually(() => said.text.includes("\r\n\r\n")); // nothing of the body was sent
    assertMatch(said.text, /^HTTP\/1\.1 413 /, path);
    said.destroy();
    // A length that is not said beforehand is counted while it comes.
    const chunked = await rawHttp(
      web.port,
      `POST ${path} HTTP/1.1\r\nHost: lab\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    const chunk = `4000\r\n${"line=".padEnd(0x4000, "a")}\r\n`;
    for (let sent = 0; sent < 20; sent++) chunked.send(chunk);
    await eventually(() => chunked.text.includes("\r\n\r\n"));
    assertMatch(chunked.text, /^HTTP\/1\.1 4\d\d /, path);
    chunked.destroy();
  }
});

Deno.test("the page says what is wrong with requests that cannot be read, and goes on", async () => {
  await using page = await servedPage();
  const { web } = page;
  const many = Array.from({ length: 300 }, (_, index) => `X-${index}: a\r\n`).join("");
  const cases: [string, RegExp][] = [
    ["\x00\x01\xff garbage\r\n\r\n", /^HTTP\/1\.1 400 Bad Request\r\n/],
    ["GET / HTTP/1.1\r\nHost: lab\r\nbroken header\r\n\r\n", /^HTTP\/1\.1 400 /],
    ["GET / HTTP/1.1\r\n\r\n", /^HTTP\/1\.1 400 /],
    ["GET / HTTP/1.1\r\nHost: a b/c\r\nConnection: close\r\n\r\n", /^HTTP\/1\.1 400 /],
    [`GET / HTTP/1.1\r\nHost: lab\r\n${many}\r\n`, /^HTTP\/1\.1 431 /],
    [`GET / HTTP/1.1\r\nHost: lab\r\nX: ${"a".repeat(20_000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
    [`GET /${"a".repeat(20_000)} HTTP/1.1\r\n`, /^HTTP\/1\.1 4(?:00|14|31) /],
    ["POST /command HTTP/1.1\r\nHost: lab\r\nContent-Length: -5\r\n\r\n", /^HTTP\/1\.1 400 /],
    [
      "POST /command HTTP/1.1\r\nHost: lab\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      /^HTTP\/1\.1 400 /,
    ],
    ["\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03", /^HTTP\/1\.1 400 /],
    [
      "GET / HTTP/1.1\r\nHost: lab\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
      /^HTTP\/1\.1 [24]\d\d /,
    ],
  ];
  for (const [request, expected] of cases) {
    const connection = await rawHttp(web.port, Uint8Array.from(request, (c) => c.charCodeAt(0)));
    await eventually(() => expected.test(connection.text)).catch(() =>
      assertMatch(connection.text, expected, request)
    );
    connection.destroy();
    const after = await fetch(web.url);
    assertEquals(after.status, 200);
    await after.text();
  }
});

Deno.test("the page survives random bytes, alone and behind what looks like a request", async () => {
  await using page = await servedPage({ ...QUICK, headers: "0.2 s", request: "0.3 s" });
  const { web } = page;
  const good = await reader(web);
  const begin = fc.constantFrom(
    "",
    "GET / HTTP/1.1\r\n",
    "POST /command HTTP/1.1\r\nHost: lab\r\nContent-Length: 30\r\n\r\n",
    "GET /live HTTP/1.1\r\nHost: lab\r\n",
  );
  const attack = fc.tuple(begin, fc.uint8Array({ maxLength: 200 }));
  const attacks = fc.sample(attack, { numRuns: 1000, seed: 7100 });
  for (let at = 0; at < attacks.length; at += 100) {
    const connections = await Promise.all(
      attacks.slice(at, at + 100).map(async ([begin, bytes]) => {
        const connection = await rawHttp(web.port, begin);
        connection.send(bytes);
        return connection;
      }),
    );
    await systemClock.sleep("20 ms");
    for (const connection of connections) connection.destroy();
  }
  await good.leave();
});

Deno.test("Stalled lets a reader go who takes nothing for half a minute, and no other", async () => {
  const clock = new VirtualClock();
  const socketOf = (waiting: number) => {
    const socket = {
      bytesWritten: 1000,
      writableLength: waiting,
      isGone: false,
      destroy: () => socket.isGone = true,
    };
    return socket;
  };
  const [idle, slow, still] = [socketOf(0), socketOf(900), socketOf(900)];
  using _ = new Stalled(clock, () => [idle, slow, still] as unknown as Socket[]);
  for (let second = 0; second < 40; second++) {
    await clock.advance("1 s");
    slow.writableLength--; // it takes a byte now and then
    still.bytesWritten += 10; // more is written to it, and waits
    still.writableLength += 10;
  }
  assertEquals([idle, slow, still].map(({ isGone }) => isGone), [false, false, true]);
});
