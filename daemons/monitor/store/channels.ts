/** The channels a database knows, and their numbers in it. @module */
import type { Sql } from "postgres";
import type { ChannelRow, Entry } from "./entry.ts";

/** Numbers of the channels in a database. */
export class Channels {
  readonly #clients = new Map<string, Map<string, number>>();

  /** Makes one that knows those given. */
  constructor(known: Iterable<readonly [client: string, key: string, id: number]> = []) {
    for (const [client, key, id] of known) this.set(client, key, id);
  }

  /** The numbers of a client's channels by their keys. */
  of(client: string): ReadonlyMap<string, number> {
    return this.#clients.get(client) ?? NONE;
  }

  /** Makes a channel known. */
  set(client: string, key: string, id: number): void {
    let ids = this.#clients.get(client);
    if (!ids) this.#clients.set(client, ids = new Map());
    ids.set(key, id);
  }
}

const NONE: ReadonlyMap<string, number> = new Map();

/** Asks a database for all of its channels. */
export async function loadChannels(sql: Sql): Promise<Channels> {
  const rows = await sql`select id, client, key from dewar.channel`;
  return new Channels(rows.map(({ client, key, id }) => [client, key, id] as const));
}

/**
 * Makes channels known to the database; those it knows are brought up to date.
 *
 * @param sql The database.
 * @param channels The channels as far as they are known: new ones are added.
 * @param entries The records whose channels are meant.
 */
export async function applyChannels(
  sql: Sql,
  channels: Channels,
  entries: readonly Entry[],
): Promise<void> {
  const rows = new Map<string, { client: string; row: ChannelRow }>();
  const add = (client: string, row: ChannelRow) => rows.set(`${client}\n${row[0]}`, { client, row });
  for (const entry of entries) {
    if (entry.kind === "channels") { for (const row of entry.rows) add(entry.client, row); }
    // The record that introduced a channel may have been damaged; its values are still good.
    if (entry.kind === "values") {
      const known = channels.of(entry.client);
      for (const [key] of entry.rows) {
        if (known.has(key) || rows.has(`${entry.client}\n${key}`)) continue;
        add(entry.client, [key, key, "unknown", null]);
      }
    }
  }
  if (rows.size === 0) return;
  const all = [...rows.values()];
  const inserted = await sql`
    insert into dewar.channel (client, key, wire, type, unit)
    select * from unnest(
      ${all.map(({ client }) => client)}::text[],
      ${all.map(({ row }) => row[0])}::text[],
      ${all.map(({ row }) => row[1])}::text[],
      ${all.map(({ row }) => row[2])}::text[],
      ${all.map(({ row }) => row[3])}::text[]
    )
    on conflict (client, key) do update set wire = excluded.wire, type = excluded.type, unit = excluded.unit
    returning id, client, key`;
  for (const { client, key, id } of inserted) channels.set(client, key, id);
}
