import { assertEquals, assertMatch } from "@std/assert";
import { startWeb } from "../../../daemons/monitor/web/mod.ts";
import { Certificate } from "../../../lib/net/mod.ts";
import { filesOf, type Made, makeCertificate } from "../../certificates.ts";
import { rawHttp } from "../../fault/raw_http.ts";
import { FakeLab } from "./fake_lab.ts";

const authority = makeCertificate({ name: "lab authority" });

async function status(url: string, { cert }: Made, path = ""): Promise<number | string> {
  using client = Deno.createHttpClient({ caCerts: [cert] });
  try {
    const response = await fetch(url.replace("127.0.0.1", "localhost") + path, { client });
    await response.body?.cancel();
    return response.status;
  } catch {
    return "not trusted";
  }
}

Deno.test("startWeb() with a certificate speaks HTTPS, and shows a renewed one without breaking a live stream", async () => {
  const lab = new FakeLab();
  lab.read("cryocon", { temperature: -10 });
  const certificate = new Certificate(filesOf(makeCertificate({ by: authority })));
  await using web = await startWeb(lab, { port: 0, certificate });
  assertMatch(web.url, /^https:\/\/127\.0\.0\.1:\d+\/$/);
  using client = Deno.createHttpClient({ caCerts: [authority.cert] });
  const live = await fetch(`https://localhost:${web.port}/live`, { client });
  const events = live.body!.getReader();
  await events.read();
  assertEquals(await status(web.url, authority), 200);
  const other = makeCertificate({ name: "another authority" });
  web.renew(new Certificate(filesOf(makeCertificate({ by: other }))));
  assertEquals([await status(web.url, authority), await status(web.url, other)], ["not trusted", 200]);
  lab.read("cryocon", { temperature: -11.5 });
  let text = "";
  while (!text.includes("11.50")) text += new TextDecoder().decode((await events.read()).value);
  await events.cancel();
});

Deno.test("startWeb() with a certificate sends plain requests to HTTPS, and tells whoever posts", async () => {
  const certificate = new Certificate(filesOf(makeCertificate({ by: authority })));
  await using web = await startWeb(new FakeLab(), { port: 0, certificate });
  const ask = async (request: string) => (await rawHttp(web.port, request)).closed;
  const at = `Host: lab:${web.port}\r\n`;
  const moved = await ask(`GET /log?type=error HTTP/1.1\r\n${at}\r\n`);
  assertMatch(moved, /^HTTP\/1\.1 308 /);
  assertMatch(moved, new RegExp(`\r\nlocation: https://lab:${web.port}/log\\?type=error\r\n`, "i"));
  const post = await ask(`POST /command HTTP/1.1\r\n${at}Content-Length: 6\r\n\r\nline=x`);
  assertMatch(post, /^HTTP\/1\.1 400 [^]*This port speaks HTTPS only/);
  assertMatch(
    await ask(`GET / HTTP/1.1\r\n${at}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`),
    /^HTTP\/1\.1 400 /,
  );
  assertMatch(await ask("get_status\r\n\r\n"), /^HTTP\/1\.1 400 /); // no HTTP at all
  assertEquals(await status(web.url, authority, "ws/info"), 200);
});
