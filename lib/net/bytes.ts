/** Bytes put together. @module */

/**
 * Joins chunks.
 *
 * @param chunks What to join; not changed.
 * @returns One array; the only chunk itself when there is one.
 */
export function joinBytes(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1) return chunks[0]!;
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
