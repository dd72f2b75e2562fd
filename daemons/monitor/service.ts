/** MONITOR as its TCP port shows it: the original's words, and a whole lab that can be described and subscribed to. @module */
import type { ShownService } from "../../lib/daemon/katcp.ts";
import type { Outcome, ParsedLine, Peer } from "../../lib/line/mod.ts";
import { type Access, SHARED } from "./access/mod.ts";
import type { Reply, Workplace } from "./command.ts";
import type { Incoming } from "./incoming.ts";
import type { Via } from "./lab.ts";
import type { LabValues } from "./lab_values.ts";
import { MONITOR_NAME } from "./live_lab.ts";
import { runCommand } from "./run_command.ts";
import type { LabStatus } from "./status.ts";

/** What the port stands on. */
export interface ServiceParts {
  /** MONITOR's status. */
  readonly status: LabStatus;
  /** The values of the lab. */
  readonly values: LabValues;
  /** Who has connected. */
  readonly incoming: Incoming;
  /** What commands work on. */
  readonly work: Workplace;
  /** Who may do what. */
  readonly access: Access;
  /** By which way it is reached. */
  readonly via: Via;
}

/** Makes MONITOR's line service. */
export function monitorService({ status, values, incoming, work, access, via }: ServiceParts): ShownService {
  return {
    name: MONITOR_NAME,
    role: "",
    model: "monitor@1",
    status: () => status.line(),
    statusJson: () => status.json(),
    describe: () => values.describe(),
    onDescribed: (listener) => values.onDescribed(listener),
    values,
    command(line, { peer, progress }) {
      if (line.name === "status") {
        incoming.status(peer, line.options);
        return undefined;
      }
      const person = access.peer(claimOf(peer));
      const isNamed = person?.known === "token" && person.name !== SHARED;
      const source = isNamed ? person.name : incoming.sourceOf(peer);
      const options = { onProgress: progress };
      const reply = runCommand(line, { person, source, via, from: peer.address, options }, work);
      return reply instanceof Promise ? reply.then((reply) => answer(line, reply)) : answer(line, reply);
    },
    joined: (peer) => incoming.joined(peer),
    left: (peer) => incoming.left(peer),
  };
}

/** What a peer says of itself, as {@linkcode Access.peer} takes it: whoever is obeyed without a token is so for where it is. */
export function claimOf({ name, token, trusted }: Peer): Parameters<Access["peer"]>[0] {
  return { name, token, isLocal: trusted && token === undefined };
}

/** Who gave no mid expects no answer: the original never gave any. */
function answer({ mid }: ParsedLine, { outcome, confirmed }: Reply): Outcome | undefined {
  if (mid === undefined) return undefined;
  return confirmed ? outcome : { ...outcome, values: { ...outcome?.values, "@confirmed": "0" } };
}
