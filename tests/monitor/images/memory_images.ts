/** Images in memory, for tests of the page. */
import type { ImageFound, ImagePage, ImageQuery, ImageRow } from "../../../daemons/monitor/store/image.ts";
import type { Images } from "../../../daemons/monitor/store/image_store.ts";

/** Keeps images; of conditions it knows words, in their paths only. */
export class MemoryImages implements Images {
  readonly rows: ImageRow[] = [];
  /** What was asked for last. */
  asked: ImageQuery | undefined;
  problem: Error | undefined;

  keep(row: ImageRow): boolean {
    const at = this.rows.findIndex(({ path }) => path === row.path);
    if (at < 0) this.rows.push(row);
    else this.rows[at] = row;
    return true;
  }

  #all(): ImageFound[] {
    return this.rows.map(({ header: _header, thumbnail, ...row }, index) => ({
      ...row,
      id: index + 1,
      hasThumbnail: thumbnail !== null,
    })).sort((a, b) => b.time - a.time || b.id - a.id);
  }

  find(query: ImageQuery): Promise<ImagePage> {
    this.asked = query;
    if (this.problem) return Promise.reject(this.problem);
    const words = (query.terms ?? []).flatMap((term) => term.kind === "word" ? [term.word] : []);
    const found = this.#all().filter(({ path, run, source, time }) =>
      words.every((word) => path.includes(word)) && (query.run === undefined || run === query.run) &&
      (query.source === undefined || source === query.source) &&
      time >= (query.from ?? -Infinity) && time <= (query.to ?? Infinity)
    );
    const from = query.offset ?? 0;
    return Promise.resolve({ images: found.slice(from, from + query.count), total: found.length });
  }

  one(id: number): Promise<ImageFound | undefined> {
    return Promise.resolve(this.#all().find((image) => image.id === id));
  }

  neighbours({ id }: ImageFound, count: number) {
    const all = this.#all();
    const at = all.findIndex((image) => image.id === id);
    return Promise.resolve({
      older: all.slice(at + 1, at + 1 + count),
      newer: all.slice(0, at).reverse().slice(0, count),
    });
  }

  thumbnail(id: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const text = this.rows[id - 1]?.thumbnail;
    return Promise.resolve(text ? Uint8Array.fromBase64(text) : undefined);
  }

  known(paths: readonly string[]): Promise<Set<string>> {
    return Promise.resolve(new Set(paths.filter((path) => this.rows.some((row) => row.path === path))));
  }

  sources(): Promise<{ runs: string[]; sources: string[] }> {
    const unique = (values: readonly (string | null)[]) => [...new Set(values)].filter((one) => one !== null);
    return Promise.resolve({
      runs: unique(this.rows.map(({ run }) => run)),
      sources: unique(this.rows.map(({ source }) => source)),
    });
  }
}
