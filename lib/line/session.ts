/** One connection to a line server: the peer, what it asks, and what it is answered. @module */
import { CommandError, ConnectionError, type FailureCode } from "../errors.ts";
import type { Progress } from "../link/link.ts";
import { type Connection, type Heartbeat, heartbeat, type Receiver } from "../net/mod.ts";
import type { Duration } from "../time/mod.ts";
import { formatDone, formatFailed, formatProgress } from "./answer.ts";
import type { LineEvent } from "./codec.ts";
import { tidyName } from "./greeting.ts";
import { Intake } from "./intake.ts";
import { Outbox } from "./outbox.ts";
import { formatOption, oneLine, toAscii } from "./quote.ts";
import type { Outcome, ParsedLine, Peer } from "./service.ts";
import type { SessionContext } from "./session_context.ts";
import { Subscription } from "./subscription.ts";

/** How long a peer gets to take what is queued when its connection is ended. */
export const FAREWELL: Duration = "200 ms";

/** The words that the server itself understands. */
const WORDS: Readonly<Record<string, (session: Session, line: ParsedLine) => void>> = {
  get_id: (session) => session.introduce(),
  id: (session, line) => session.learn(line),
  get_status: (session, line) => session.tellStatus(line),
  describe: (session, line) => session.describe(line),
  subscribe: (session, line) => session.subscribe(line),
  unsubscribe: (session, line) => session.unsubscribe(line),
  "@ping": (session) => session.pong(),
  "@pong": () => {}, // it has been heard: that is all that was asked
};

/** The peer at the other end of one connection. */
export class Session implements Peer, Receiver {
  readonly address: string;
  name: string;
  type = "";
  modern = false;
  token: string | undefined;
  trusted: boolean;
  readonly #context: SessionContext;
  readonly #connection: Connection;
  readonly #outbox: Outbox;
  readonly #intake: Intake;
  readonly #gone = new AbortController();
  #subscription: Subscription | undefined;
  #heartbeat: Heartbeat | undefined;
  #wasDropped = false;
  #running = 0;
  #badLines = 0;
  #hasEnded = false;
  #hasSpoken = false;

  /** Makes the session of a connection that was just accepted, under the name it has until it gives one. */
  constructor(context: SessionContext, connection: Connection, name: string) {
    this.#context = context;
    this.#connection = connection;
    this.address = connection.peer;
    this.name = name;
    this.trusted = this.#isBelieved;
    this.#outbox = new Outbox(connection, {
      reply: () => context.replies.status(this.modern),
      patience: context.patience,
      clock: context.clock,
      giveUp: (why) => this.drop(why),
    });
    this.#intake = new Intake(connection, this.#outbox, context, this.#handle);
    this.#intake.isTrusted = this.trusted;
  }

  /** Aborted when the peer is gone. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Sends one line, as far as this peer understands it; a `\r` at its end is part of it. */
  send(line: string): void {
    const text = line.endsWith("\r") ? line.slice(0, -1) : line;
    const end = text === line ? "" : "\r";
    this.#say(oneLine(this.modern ? text : toAscii(text)) + end);
  }

  /** Ends the connection at once and says why in the log. */
  drop(why: string): void {
    if (this.gone.aborted || this.#wasDropped) return;
    this.#wasDropped = true;
    const message = `Dropped ${this.#who}: ${why}`;
    this.#context.log("warning", message);
    this.#connection.destroy(new ConnectionError(message));
  }

  /** Ends the connection of a peer whose token counts no more, and says why to it and in the log. */
  review(): void {
    if (this.token === undefined || this.#context.isToken(this.token) || this.gone.aborted) return;
    this.token = undefined;
    this.trusted = this.#intake.isTrusted = false;
    this.#context.log("info", `Ended the connection of ${this.#who}: its token counts no more`);
    this.#subscription?.[Symbol.dispose]();
    this.#say("error The token of this connection counts no more: it ends here");
    this.#connection.end();
    const { clock } = this.#context;
    const enough = clock.after(FAREWELL, () => this.#connection.destroy());
    this.#gone.signal.addEventListener("abort", () => enough.stop());
  }

  /** Makes room for another. */
  leave(): void {
    this.#connection.destroy(new ConnectionError(`${this.#who} made room for another`));
  }

  /** Tells a modern peer that the description has changed. */
  described(revision: string): void {
    if (this.modern) this.#say(`described ${formatOption("@revision", revision)}`);
  }

  data(chunk: Uint8Array): void {
    this.#heartbeat?.heard();
    this.#intake.push(chunk);
    this.#endWhenAnswered();
  }

  drained(): void {
    this.#outbox.drained();
    this.#subscription?.resume();
    this.#intake.resume();
    this.#endWhenAnswered();
  }

  end(): void {
    this.#hasEnded = true;
    this.#endWhenAnswered();
  }

  closed(error?: Error): void {
    if (error && !this.#wasDropped && this.#hasSpoken) {
      this.#context.log("info", `Lost ${this.#who}: ${error.message}`);
    }
    this.#outbox.drained();
    this.#heartbeat?.stop();
    this.#subscription?.[Symbol.dispose]();
    this.#gone.abort(new ConnectionError(`${this.#who} is gone`));
    if (this.#badLines > 1) {
      this.#context.log("warning", `${this.#who} sent ${this.#badLines} lines that could not be read`);
    }
  }

  /** Answers `get_id`. */
  introduce(): void {
    const { name, role, model } = this.#context.service;
    const base = `id ${formatOption("name", name)} ${formatOption("type", role)}`;
    const ours = this.modern
      ? ` proto=dewar/1${model === undefined ? "" : ` ${formatOption("model", model)}`}`
      : "";
    this.#say(base + ours);
  }

  /** Takes what the peer says of itself. */
  learn({ options }: ParsedLine): void {
    this.name = tidyName(options.name ?? "") || this.name;
    this.type = tidyName(options.type ?? "");
    if (options.proto === "dewar/1") this.#becomeModern();
    if (options.token !== undefined) this.#show(options.token);
    this.#context.service.joined?.(this);
  }

  /** Answers `get_status`. */
  tellStatus({ options, mid }: ParsedLine): void {
    const json = options.format === "json" ? this.#context.service.statusJson?.() : undefined;
    if (json === undefined) this.#outbox.writeStatus();
    else this.#outbox.write(`status_json ${asciiJson(json)}\n`);
    this.#done(mid);
  }

  /** Answers `describe`. */
  describe({ mid }: ParsedLine): void {
    if (!this.modern) return;
    const description = this.#context.replies.description();
    if (!description) return this.#fail(mid, "invalid", `${this.#context.service.name} has no description`);
    const { bytes, revision } = description;
    const what = `@length=${bytes.length} @format=json ${formatOption("@revision", revision)}`;
    this.#outbox.write(`description ${what}\n`);
    this.#outbox.writeBytes(bytes);
    this.#done(mid);
  }

  /** Begins to push values. */
  subscribe({ options, mid }: ParsedLine): void {
    if (!this.modern) return;
    const { values, name } = this.#context.service;
    if (!values) return this.#fail(mid, "invalid", `${name} has no values to subscribe to`);
    const period = Number(options["@period"] ?? 0) * 1000;
    const since = options["@since"] === undefined ? undefined : Number(options["@since"]);
    if (!(period >= 0)) {
      return this.#fail(mid, "invalid", `@period=${options["@period"]} is not a number of seconds`);
    }
    this.#subscription?.[Symbol.dispose]();
    this.#done(mid, { seq: values.seq });
    this.#subscription = new Subscription(values, {
      keys: options["@keys"] ? new Set(options["@keys"].split(",")) : undefined,
      period,
      clock: this.#context.clock,
      gate: this.#context.gate,
      send: (update) => {
        this.#write(this.#context.replies.update(update));
        return !this.#outbox.isHeld;
      },
    }, since);
  }

  /** Stops pushing values. */
  unsubscribe({ mid }: ParsedLine): void {
    this.#subscription?.[Symbol.dispose]();
    this.#subscription = undefined;
    this.#done(mid);
  }

  /** Answers `@ping` with the time, from which the peer knows how far our clocks are apart. */
  pong(): void {
    if (this.modern) this.#say(`@pong @time=${this.#context.clock.time()}`);
  }

  /** Whether it is obeyed for where it is. */
  get #isBelieved(): boolean {
    return this.#context.trustNetwork || this.#connection.isLocal;
  }

  #show(token: string): void {
    const { isToken, log } = this.#context;
    const isRight = isToken(token);
    this.token = isRight ? token : undefined;
    this.trusted = isRight || this.#isBelieved;
    this.#intake.isTrusted = this.trusted;
    if (!this.trusted) log("warning", `${this.#who} showed a wrong token`);
  }

  #becomeModern(): void {
    this.modern = true;
    const { clock, silence } = this.#context;
    const every = silence === undefined ? {} : { silence };
    this.#heartbeat ??= heartbeat(this.#connection, { ping: () => this.#say("@ping"), clock, ...every });
  }

  get #who(): string {
    return `${this.name} (${this.address})`;
  }

  readonly #handle = (event: LineEvent): void => {
    if (!this.#hasSpoken) {
      this.#hasSpoken = true;
      this.#context.spoke(this);
    }
    if (event.kind === "line") this.#obey(event.line);
    else if (event.kind === "bad") this.#refuse(event);
  };

  #obey(line: ParsedLine): void {
    const { name, mid } = line;
    if (name === undefined) return this.#fail(mid, "invalid", "the line has no name");
    const word = Object.hasOwn(WORDS, name) ? WORDS[name] : undefined;
    if (word) word(this, line);
    else if (name.startsWith("@")) this.#fail(mid, "invalid", `${name} is not known`);
    else this.#command(line);
  }

  #refuse({ code, problem, mid }: LineEvent & { kind: "bad" }): void {
    this.#badLines++;
    if (this.#badLines === 1) this.#context.log("warning", `Cannot read a line of ${this.#who}: ${problem}`);
    this.#fail(mid, code === "too_long" ? "too_long" : "invalid", problem);
  }

  #command(line: ParsedLine): void {
    const { mid } = line;
    if (!this.trusted) {
      const reason = "commands from beyond this machine need a token";
      this.#context.log(
        "warning",
        `Denied ${JSON.stringify(line.text.slice(0, 80))} to ${this.#who}: ${reason}`,
      );
      return this.#fail(mid, "denied", reason);
    }
    this.#outbox.sendStatuses(); // those asked for before this command show the values before it
    try {
      const outcome = this.#context.service.command(
        line,
        {
          peer: this,
          signal: this.gone,
          progress: (progress) => this.#tell(mid, progress),
        },
      );
      if (!(outcome instanceof Promise)) return this.#finish(mid, outcome);
      this.#running++;
      outcome
        .then((outcome) => this.#finish(mid, outcome), (error) => this.#failed(line, error))
        .finally(() => {
          this.#running--;
          this.#endWhenAnswered();
        });
    } catch (error) {
      this.#failed(line, error);
    }
  }

  #finish(mid: string | undefined, outcome: Outcome = {}): void {
    if (this.modern && mid !== undefined) this.#say(formatDone(mid, outcome));
    else if (outcome.text !== undefined) this.send(outcome.text.trimEnd());
  }

  #failed(line: ParsedLine, error: unknown): void {
    if (error instanceof CommandError) return this.#fail(line.mid, error.code, error.message);
    const reason = error instanceof Error ? error.message : String(error);
    this.#context.log("error", `${JSON.stringify(line.text.slice(0, 80))} of ${this.#who} failed: ${reason}`);
    this.#fail(line.mid, "device", reason);
  }

  #done(mid: string | undefined, outcome: Outcome = {}): void {
    if (this.modern && mid !== undefined) this.#say(formatDone(mid, outcome));
  }

  #fail(mid: string | undefined, code: FailureCode, reason: string): void {
    if (this.modern && mid !== undefined) this.#say(formatFailed(mid, code, reason));
  }

  #tell(mid: string | undefined, progress: Progress): void {
    if (this.modern && mid !== undefined) this.#say(formatProgress(mid, progress));
  }

  #say(line: string): void {
    this.#write(`${line}\n`);
  }

  #write(text: string): void {
    if (this.gone.aborted) return;
    this.#outbox.write(text);
    if (!this.#intake.isBusy) this.#outbox.flush();
  }

  #endWhenAnswered(): void {
    if (this.#hasEnded && this.#running === 0 && this.#intake.isEmpty) this.#connection.end();
  }
}

/** JSON for a peer that knows ASCII only. */
function asciiJson(json: string): string {
  // deno-lint-ignore no-control-regex
  return json.replace(/[^\x00-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
