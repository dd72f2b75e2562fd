import { assertEquals, assertRejects } from "@std/assert";
import { ImageFolders } from "../../../daemons/monitor/images/folders.ts";
import { DewarError } from "../../../lib/errors.ts";

async function withFolders(test: (folders: ImageFolders, root: string) => Promise<void>): Promise<void> {
  const root = await Deno.realPath(await Deno.makeTempDir());
  await Deno.mkdir(`${root}/frames/night`, { recursive: true });
  await Deno.mkdir(`${root}/frames2`);
  for (
    const name of [
      "frames/a.fits",
      "frames/night/b.FIT",
      "frames/c.fits.fz",
      "frames/.d.fits",
      "frames/notes.txt",
      "frames2/e.fits",
      "secret.fits",
    ]
  ) {
    await Deno.writeTextFile(`${root}/${name}`, name);
  }
  try {
    await test(new ImageFolders([`${root}/frames`, `${root}/later`]), root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("admit() lets in what is in a folder, and gives its true path", () =>
  withFolders(async (folders, root) => {
    assertEquals(await folders.admit(`${root}/frames/night/../a.fits`), `${root}/frames/a.fits`);
    assertEquals(await folders.admit(`${root}/frames/night/b.FIT`), `${root}/frames/night/b.FIT`);
  }));

Deno.test("admit() refuses every way out of the folders", () =>
  withFolders(async (folders, root) => {
    await Deno.symlink(`${root}/secret.fits`, `${root}/frames/link.fits`);
    await Deno.symlink(root, `${root}/frames/up`);
    for (
      const path of [
        `${root}/secret.fits`,
        `${root}/frames/../secret.fits`,
        `${root}/frames2/e.fits`,
        `${root}/frames/link.fits`,
        `${root}/frames/up/secret.fits`,
        "/etc/passwd",
      ]
    ) await assertRejects(() => folders.admit(path), DewarError, "is in no folder of images");
    await assertRejects(
      () => folders.admit(`${root}/frames/notes.txt`),
      DewarError,
      "expected a name that ends",
    );
    await assertRejects(
      () => folders.admit(`${root}/frames/.d.fits`),
      DewarError,
      "expected a name that ends",
    );
    await assertRejects(() => folders.admit(`${root}/frames/none.fits`), DewarError, "there is no such file");
    await assertRejects(() => new ImageFolders([]).admit(`${root}/frames/a.fits`), DewarError, "no folder");
  }));

Deno.test("changed() finds FITS files at any depth, and then only folders that changed", () =>
  withFolders(async (folders, root) => {
    const found = await Array.fromAsync(folders.changed(new Map()));
    assertEquals(found.flatMap(({ files }) => files), [
      `${root}/frames/a.fits`,
      `${root}/frames/c.fits.fz`,
      `${root}/frames/night/b.FIT`,
    ]);
    const seen = new Map(found.map(({ folder, changed }) => [folder, changed]));
    assertEquals(await Array.fromAsync(folders.changed(seen)), []);
    seen.set(`${root}/frames/night`, 0);
    assertEquals((await Array.fromAsync(folders.changed(seen))).map(({ folder }) => folder), [
      `${root}/frames/night`,
    ]);
  }));
