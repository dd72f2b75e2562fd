/** A mail server that keeps what it is given, written from RFC 5321 alone. */

/** A letter as it came. */
export interface Received {
  readonly from: string;
  readonly to: readonly string[];
  readonly data: string;
}

/** A mail server that listens. */
export interface SmtpServer extends AsyncDisposable {
  readonly address: string;
  readonly letters: Received[];
}

/** Starts one on a free port; `refuse` makes it refuse every recipient. */
export function smtpServer({ refuse = false } = {}): SmtpServer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const letters: Received[] = [];
  const open = new Set<Deno.Conn>();
  const serving = (async () => {
    const talks: Promise<void>[] = [];
    for await (const connection of listener) {
      open.add(connection);
      talks.push(talk(connection, letters, refuse).finally(() => open.delete(connection)));
    }
    await Promise.all(talks);
  })();
  const { port } = listener.addr as Deno.NetAddr;
  return {
    address: `127.0.0.1:${port}`,
    letters,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const connection of open) connection.close();
      await serving;
    },
  };
}

async function talk(connection: Deno.Conn, letters: Received[], refuse: boolean): Promise<void> {
  const say = (line: string) => connection.write(new TextEncoder().encode(`${line}\r\n`));
  let from = "";
  let to: string[] = [];
  let data: string[] | undefined;
  let rest = "";
  const buffer = new Uint8Array(65_536);
  try {
    await say("220 test ESMTP");
    for (let read = await connection.read(buffer); read !== null; read = await connection.read(buffer)) {
      const lines = (rest + new TextDecoder().decode(buffer.subarray(0, read))).split("\r\n");
      rest = lines.pop()!;
      for (const line of lines) {
        if (data) {
          if (line !== ".") data.push(line.replace(/^\./, ""));
          else {
            letters.push({ from, to, data: data.join("\n") });
            data = undefined;
            to = [];
            await say("250 kept");
          }
          continue;
        }
        const [verb] = line.toUpperCase().split(/[ :]/);
        if (verb === "EHLO" || verb === "HELO") await say("250 test");
        else if (verb === "MAIL") {
          from = /<(.*)>/.exec(line)![1]!;
          await say("250 ok");
        } else if (verb === "RCPT" && refuse) await say("550 nobody of that name");
        else if (verb === "RCPT") {
          to.push(/<(.*)>/.exec(line)![1]!);
          await say("250 ok");
        } else if (verb === "DATA") {
          data = [];
          await say("354 go on");
        } else if (verb === "QUIT") {
          await say("221 bye");
          return connection.close();
        } else await say("250 ok");
      }
    }
    connection.close();
  } catch (error) {
    if (
      !([Deno.errors.BadResource, Deno.errors.ConnectionReset, Deno.errors.Interrupted].some((kind) =>
        error instanceof kind
      ))
    ) {
      throw error;
    }
  }
}
