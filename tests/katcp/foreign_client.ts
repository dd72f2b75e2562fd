/** A client that is a program of its own, driven by lines of JSON. */

/** What a client said. */
export type Said = Record<string, unknown>;
/** A message as it is said. */
export interface SaidMessage {
  readonly type: string;
  readonly name: string;
  readonly mid?: number;
  readonly args: readonly (string | { readonly hex: string })[];
}

/** Commands it and waits for its answers. */
export class ForeignClient implements AsyncDisposable {
  /** What it said unasked. */
  readonly events: Said[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #waiting = new Map<number, PromiseWithResolvers<Said>>();
  readonly #reading: Promise<void>;
  #news: PromiseWithResolvers<void> = Promise.withResolvers();
  #lastId = 0;

  /** Starts it. */
  constructor(command: string, args: readonly string[]) {
    this.#child = new Deno.Command(command, {
      args: [...args],
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#reading = this.#read();
  }

  /** Carries out a command; fails if the client says that it failed. */
  async say(command: Said): Promise<Said> {
    const said = await this.try(command);
    if (said.ok) return said;
    throw new Error(`${JSON.stringify(command)} failed: ${said.error}`);
  }

  /** Carries out a command; what it says may be that it failed. */
  async try(command: Said): Promise<Said> {
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<Said>();
    this.#waiting.set(id, answer);
    await this.#writer.write(new TextEncoder().encode(`${JSON.stringify({ id, ...command })}\n`));
    return await answer.promise;
  }

  /** Asks; gives the arguments of the reply and those of its informs. */
  async ask(
    name: string,
    ...args: SaidMessage["args"]
  ): Promise<[SaidMessage["args"], SaidMessage["args"][]]> {
    const said = await this.say({ do: "request", name, args });
    return [(said.reply as SaidMessage).args, (said.informs as SaidMessage[]).map((inform) => inform.args)];
  }

  /** The arguments of the next informs of a name. */
  async informs(name: string, count = 1): Promise<SaidMessage["args"][]> {
    const { informs } = await this.say({ do: "inform", name, count });
    return (informs as SaidMessage[]).map(({ args }) => args);
  }

  /** Waits until it has said something unasked so many times. */
  async event(event: string, times = 1): Promise<Said> {
    for (;;) {
      const said = this.events.filter((each) => each.event === event);
      if (said.length >= times) return said.at(-1)!;
      await this.#news.promise;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close();
    await this.#child.status;
    await this.#reading;
  }

  async #read(): Promise<void> {
    let rest = "";
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) this.#take(JSON.parse(line));
    }
    for (const answer of this.#waiting.values()) answer.reject(new Error("The client has ended"));
  }

  #take(said: Said): void {
    if ("id" in said) {
      this.#waiting.get(said.id as number)!.resolve(said);
      this.#waiting.delete(said.id as number);
      return;
    }
    this.events.push(said);
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }
}
