/** What the connections to one line server have in common. @module */
import type { LogLine } from "../link/link.ts";
import type { Clock, Duration } from "../time/mod.ts";
import type { PushGate } from "./push_gate.ts";
import type { LineService } from "./service.ts";
import type { Session } from "./session.ts";
import type { SharedReplies } from "./shared_replies.ts";

/** What the sessions of one server have in common. */
export interface SessionContext {
  /** What is served. */
  readonly service: LineService;
  /** Replies made once for all. */
  readonly replies: SharedReplies;
  /** What pushes wait at. */
  readonly gate: PushGate;
  /** The clock. */
  readonly clock: Clock;
  /** Longest line, bytes. */
  readonly lineLimit: number | undefined;
  /** How long a peer may leave its replies unread. */
  readonly patience: Duration;
  /** How long a peer that said `proto=` may be silent before it is asked. */
  readonly silence: Duration | undefined;
  /** Whether whoever reaches the server may command. */
  readonly trustNetwork: boolean;
  /** Whether a token is the right one. */
  isToken(token: string): boolean;
  /** A peer has said its first line. */
  spoke(session: Session): void;
  /** Writes to the log. */
  log(type: LogLine["type"], message: string): void;
}
