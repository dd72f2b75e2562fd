import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { readFrame } from "../../../daemons/monitor/image/frame.ts";
import { readerOf } from "../../../daemons/monitor/image/raster.ts";
import { createApp } from "../../../daemons/monitor/web/app.tsx";
import { startWeb } from "../../../daemons/monitor/web/mod.ts";
import { ConnectionError } from "../../../lib/errors.ts";
import { decodeImage, Header, parseFits } from "../../../lib/fits/mod.ts";
import { frameOf, openFitspipeLink, serveFitspipe } from "../../../lib/fitspipe/mod.ts";
import { eventually, MemoryTransport } from "../../../lib/testing/mod.ts";
import { systemClock } from "../../../lib/time/mod.ts";
import { readPng } from "../image/png_reader.ts";
import { withImages } from "../images/bench.ts";
import { writeFrame } from "../images/frames.ts";
import { FakeLab } from "./fake_lab.ts";

const bytesOf = async (response: Response | Promise<Response>) =>
  new Uint8Array(await (await response).arrayBuffer());

const EVIL = `</script><img src=x onerror=alert(1)>`;
const CARDS = {
  "IMAGETYP": "flat",
  "EXPTIME": 4,
  "DATE-OBS": "2026-11-20T12:00:00",
  "FRAMENO": 1204,
  "OBJECT": EVIL,
};

Deno.test("the list shows small pictures with what they are, newest first, and links to them", () =>
  withImages(async ({ folder, add, app }) => {
    await writeFrame(`${folder}/a.fits`, { cards: CARDS });
    await writeFrame(`${folder}/b.fits`, {
      cards: { ...CARDS, "DATE-OBS": "2026-11-20T13:00:00", "FRAMENO": 1205 },
    });
    await Deno.writeTextFile(`${folder}/garbage.fits`, "garbage");
    for (const name of ["a.fits", "b.fits", "garbage.fits"]) await add(name);
    const html = await (await app.request("/images")).text();
    assertMatch(html, /href="\/images\/2".*href="\/images\/1"/s);
    assertStringIncludes(html, "<b>camera 1\u202f204</b>");
    assertStringIncludes(html, "flat, 4 s, 220 \u00d7 160");
    assertStringIncludes(html, "2026-11-20 12:00:00");
    assertStringIncludes(html, `<span class="warnv">cannot be read</span>`);
    assertStringIncludes(html, "3 images");
    const small = await app.request("/images/1/thumbnail.png");
    assertEquals(small.headers.get("content-type"), "image/png");
    assertEquals(readPng(new Uint8Array(await small.arrayBuffer())).width, 220);
    assertEquals((await app.request("/images/3/thumbnail.png")).status, 404);
  }));

Deno.test("the list asks for what is searched, and its links keep the search", () =>
  withImages(async ({ store, app, folder, add }) => {
    await writeFrame(`${folder}/a.fits`);
    await add("a.fits");
    for (let n = 0; n < 999; n++) {
      const time = Date.UTC(2026, 10, 21) / 1000 + n;
      store.rows.push({
        ...store.rows[0]!,
        path: `${folder}/${n}.fits`,
        run: "r 1",
        source: "camera",
        time,
        number: n,
      });
    }
    const query = "q=.fits+EXPTIME%3E3&run=r+1&source=camera&from=2026-11-20T12:00&page=2";
    const html = await (await app.request(`/images?${query}`)).text();
    assertEquals(store.asked, {
      terms: [{ kind: "word", word: ".fits" }, {
        kind: "card",
        keyword: "EXPTIME",
        comparison: ">",
        value: "3",
      }],
      run: "r 1",
      source: "camera",
      from: Date.UTC(2026, 10, 20, 12) / 1000,
      to: undefined,
      offset: 48,
      count: 48,
    });
    assertStringIncludes(html, "page 2 of 21");
    assertMatch(
      html,
      /href="\/images\?q=\.fits\+EXPTIME%3E3&amp;run=r\+1&amp;source=camera&amp;from=2026-11-20T12%3A00&amp;page=3" rel="next"/,
    );
    assertMatch(html, /<input[^>]*name="q"[^>]*value="\.fits EXPTIME&gt;3"/);
    const last = await (await app.request("/images?page=21")).text();
    assertEquals(last.match(/class="tile"/g)?.length, 40);
    assertEquals((await app.request("/images?page=99")).status, 200);
    assertEquals((await app.request("/images?page=x&from=y&to=%00")).status, 200);
  }));

Deno.test("the list says why there is nothing", () =>
  withImages(async ({ store, app }) => {
    assertStringIncludes(await (await app.request("/images")).text(), "No image is like that");
    store.problem = new ConnectionError("PostgreSQL at db cannot be used");
    const response = await app.request("/images");
    assertEquals(response.status, 503);
    assertStringIncludes(await response.text(), "PostgreSQL at db cannot be used");
    const without = createApp(new FakeLab(), systemClock);
    assertStringIncludes(await (await without.request("/images")).text(), "say in which folder they are");
    assertEquals((await without.request("/images/1")).status, 404);
    assertEquals((await without.request("/feeds/camera")).status, 404);
  }));

Deno.test("the page of an image has header, statistics, neighbours and a picture before any script runs", () =>
  withImages(async ({ folder, add, app }) => {
    for (const [n, name] of ["a", "b", "c"].entries()) {
      await writeFrame(`${folder}/${name}.fits`, {
        cards: { ...CARDS, "DATE-OBS": `2026-11-20T1${n}:00:00` },
      });
      await add(`${name}.fits`);
    }
    const html = await (await app.request("/images/2")).text();
    assertMatch(html, /<noscript>.*<img src="\/images\/2\/picture\.png\?size=1000"/);
    assertMatch(html, /<dt>EXPTIME<\/dt><dd>4<\/dd>/);
    assertMatch(html, /<td class="s">A<\/td><td class="t">6000/);
    assertMatch(html, /id="older" href="\/images\/1"/);
    assertMatch(html, /id="newer" href="\/images\/3"/);
    assert(!html.includes("<img src=x"), "a value of the header is no markup");
    assertStringIncludes(html, "&lt;img src=x onerror=alert(1)&gt;");
  }));

Deno.test("pixels are sent as they are in the file, behind what is known of them", () =>
  withImages(async ({ folder, add, app }) => {
    await writeFrame(`${folder}/a.fits`, { cards: CARDS, hot: { "3,2": 60_000 } });
    await add("a.fits");
    const response = await app.request("/images/1/frame");
    const bytes = new Uint8Array(await response.arrayBuffer());
    assertEquals(response.headers.get("content-length"), String(bytes.length));
    const { info, raster } = readFrame(bytes);
    assertEquals([info.title, info.detail, info.width, info.height], [
      "camera 1\u202f204",
      `flat, ${EVIL}, 4 s`,
      220,
      160,
    ]);
    assertEquals(readerOf(raster)(3 + 2 * 220), 60_000);
    assertEquals(info.amplifiers.length, 4);
  }));

Deno.test("some of the pixels can be had: the middle one of each block, as it is in the file", () =>
  withImages(async ({ folder, add, app }) => {
    await writeFrame(`${folder}/a.fits`, { hot: { "3,2": 60_000, "219,159": 50_000 } });
    await add("a.fits");
    for (const [every, width, height] of [[1, 220, 160], [3, 74, 54], [7, 32, 23], [1000, 1, 1]] as const) {
      const response = await app.request(`/images/1/frame?every=${every}`);
      const bytes = new Uint8Array(await response.arrayBuffer());
      assertEquals(response.headers.get("content-length"), String(bytes.length));
      const { info, raster } = readFrame(bytes);
      assertEquals([info.width, info.height, info.every], [220, 160, every]);
      assertEquals([raster.width, raster.height], [width, height]);
      const all = readFrame(await bytesOf(app.request("/images/1/frame"))).raster;
      const [read, readAll] = [readerOf(raster), readerOf(all)];
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const [right, up] = [[x, 220], [y, 160]].map(([place, length]) =>
            Math.min(length! - 1, place! * every + (every >> 1))
          );
          assertEquals(read(y * width + x), readAll(up! * 220 + right!), `${every}: ${x}, ${y}`);
        }
      }
    }
    for (const every of ["0", "-1", "1.5", "x", "99999"]) {
      assertEquals((await app.request(`/images/1/frame?every=${every}`)).status, 400, every);
    }
  }));

Deno.test("the file and a picture of it can be had", () =>
  withImages(async ({ folder, add, app }) => {
    await writeFrame(`${folder}/a "1".fits`, { cards: CARDS });
    await add(`a "1".fits`);
    const file = await app.request("/images/1/file");
    assertEquals(file.headers.get("content-disposition"), `attachment; filename="a__1_.fits"`);
    assertEquals(new Uint8Array(await file.arrayBuffer()), await Deno.readFile(`${folder}/a "1".fits`));
    const png = await app.request("/images/1/picture.png?limits=900..6400&map=viridis&size=55");
    assertEquals(readPng(new Uint8Array(await png.arrayBuffer())).width, 55);
    assertEquals((await app.request("/images/1/picture.png?size=0")).status, 400);
  }));

Deno.test("what cannot be shown is said on the page and to programs, and nothing else happens", () =>
  withImages(async ({ folder, store, add, app }) => {
    await writeFrame(`${folder}/cut.fits`);
    await Deno.truncate(`${folder}/cut.fits`, 9000);
    await writeFrame(`${folder}/gone.fits`);
    await writeFrame(`${folder}/moved.fits`);
    await writeFrame(`${folder}/../secret.fits`);
    for (const name of ["cut.fits", "gone.fits", "moved.fits"]) await add(name);
    await Deno.remove(`${folder}/gone.fits`);
    await Deno.remove(`${folder}/moved.fits`);
    await Deno.symlink(`${folder}/../secret.fits`, `${folder}/moved.fits`);
    store.rows.push({ ...store.rows[1]!, path: "/etc/passwd" });
    const said: readonly (readonly [id: number, status: number, words: string])[] = [
      [1, 422, "the data are cut off"],
      [2, 404, "there is no such file"],
      [3, 404, "is in no folder of images"],
      [4, 404, "is in no folder of images"],
      [5, 404, "There is no image 5"],
    ];
    for (const [id, status, words] of said) {
      for (const what of ["frame", "picture.png"]) {
        const response = await app.request(`/images/${id}/${what}`);
        assertEquals(response.status, status, `${what} of ${id}`);
        assertStringIncludes((await response.json()).error, words);
      }
      if (id > 1) assertEquals((await app.request(`/images/${id}/file`)).status, 404);
      const page = await app.request(`/images/${id}`);
      assertEquals(page.status, id === 5 ? 404 : 200);
      assertStringIncludes(await page.text(), words);
    }
    for (const id of ["x", "-1", "1e99", "0x1", "..%2f..%2fetc%2fpasswd", "%00"]) {
      assertEquals((await app.request(`/images/${id}/frame`)).status, 404, id);
    }
    for (const hdu of ["9", "-1", "x"]) {
      const response = await app.request(`/images/2/frame?hdu=${hdu}`);
      assert([404, 422].includes(response.status));
    }
  }));

Deno.test("a picture too large for any browser is listed at once, and had as a file only", () =>
  withImages(async ({ folder, add, app }) => {
    await writeFrame(`${folder}/small.fits`, { cards: CARDS });
    const bytes = (await Deno.readFile(`${folder}/small.fits`)).subarray(0, 8640);
    const text = new TextDecoder("latin1").decode(bytes);
    const header = text.replace(/(NAXIS1 +=) +220/, "$1                50000").replace(
      /(NAXIS2 +=) +160/,
      "$1                50000",
    );
    await Deno.writeTextFile(`${folder}/large.fits`, header);
    await Deno.truncate(`${folder}/large.fits`, bytes.length + 5_000_000_000); // it has holes: it takes no room
    await add("large.fits");
    assertStringIncludes(await (await app.request("/images")).text(), "50000 \u00d7 50000");
    assertStringIncludes(await (await app.request("/images/1")).text(), "more than a browser can show");
    assertEquals((await app.request("/images/1/frame")).status, 413);
    const file = await app.request("/images/1/file");
    assertEquals(file.headers.get("content-length"), String(bytes.length + 5_000_000_000));
    await file.body!.cancel();
  }));

Deno.test("who waits for a feed is let go when it leaves, and when the page ends", () =>
  withImages(async ({ images, lab }) => {
    const transport = new MemoryTransport();
    await using server = await serveFitspipe({ address: "images:9999", transport });
    const header = new Header().set("OBJECT", "HZ 43");
    server.put("ccd", frameOf({ header, pixels: new Uint16Array(4), shape: [2, 2] }));
    await using link = openFitspipeLink("images:9999/ccd", { transport });
    const following = images.follow("camera", link);
    await eventually(() => images.feeds.length === 1);
    const web = await startWeb(lab, { port: 0, images });
    const get = (after: number | string, signal?: AbortSignal) =>
      fetch(`${web.url}feeds/camera/frame?after=${after}`, signal ? { signal } : {});
    const { info } = readFrame(new Uint8Array(await (await get("x")).arrayBuffer()));
    assertEquals([info.title, info.type, info.width], ["camera ccd 1", "u16", 2]);
    const file = await fetch(`${web.url}feeds/camera/file?feed=ccd`);
    assertEquals(file.headers.get("content-disposition"), `attachment; filename="camera_ccd_1.fits"`);
    const [hdu] = parseFits(await bytesOf(file));
    assertEquals(hdu!.header.get("OBJECT"), "HZ 43");
    assertEquals(decodeImage(hdu!).pixels, new Uint16Array(4));
    const none = await fetch(`${web.url}feeds/camera/file?feed=x`);
    assertEquals([none.status, await none.json()], [404, { error: "camera has no feed x now" }]);
    const leave = new AbortController();
    const waiting = await get(info.number, leave.signal);
    leave.abort();
    await waiting.arrayBuffer().catch(() => {});
    const other = await get(info.number);
    const rest = other.arrayBuffer().catch(() => {});
    await web.close();
    await rest;
    assertEquals(
      (await createApp(lab, systemClock, undefined, images).request("/feeds/camera?feed=x")).status,
      404,
    );
    await link.close();
    await following;
  }));
