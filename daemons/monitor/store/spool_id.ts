/** Who a spool is, to the database that keeps its position. @module */

/**
 * The id of a spool, made when it has none.
 *
 * @param folder The spool's folder.
 * @returns A UUID.
 */
export async function spoolId(folder: string): Promise<string> {
  const path = `${folder}/id`;
  try {
    return (await Deno.readTextFile(path)).trim();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const id = crypto.randomUUID();
  {
    using file = await Deno.open(`${path}.new`, { write: true, create: true, truncate: true });
    await file.write(new TextEncoder().encode(`${id}\n`));
    await file.sync();
  }
  await Deno.rename(`${path}.new`, path);
  return id;
}
