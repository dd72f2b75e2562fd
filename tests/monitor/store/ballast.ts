/** Makes a disk full. */

/**
 * Takes all room of a disk but a little.
 *
 * @param path Where the file is put that takes it.
 * @param left Bytes that are left.
 */
export async function fillDisk(path: string, left: number): Promise<void> {
  await Deno.writeFile(path, new Uint8Array());
  const piece = new Uint8Array(2 ** 20);
  let size = 0;
  using file = await Deno.open(path, { append: true });
  try {
    for (;;) size += await file.write(piece);
  } catch (error) {
    if (!/No space left/.test((error as Error).message)) throw error;
  }
  await file.truncate(Math.max(0, size - left));
}
