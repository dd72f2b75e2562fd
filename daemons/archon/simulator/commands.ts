/** The controller's commands. @module */
import type { Controller } from "./controller.ts";
import { hex } from "./frame_memory.ts";

/** Blocks of 1024 bytes as a reply. */
export interface Blocks {
  /** How many. */
  readonly count: number;
  /** The bytes of one; they are only looked at. */
  block(index: number): Uint8Array;
}

/** What is said to a command: text, or blocks; undefined for silence. */
export type Reply = string | Blocks | undefined;

type Handler = (controller: Controller, ...words: string[]) => Reply | void | Promise<Reply | void>;

const number = (text: string) => parseInt(text, 16);

const COMMANDS: readonly (readonly [RegExp, Handler])[] = [
  [/^WCONFIG([\dA-F]{4})(.*)$/i, (c, line, text) => c.config.write(number(line!), text!)],
  [/^RCONFIG([\dA-F]{4})$/i, (c, line) => c.config.read(number(line!))],
  [/^STATUS$/, (c) => c.statusReply()],
  [/^FRAME$/, (c) => c.frameReply()],
  [/^SYSTEM$/, (c) => c.systemReply()],
  [/^TIMER$/, (c) => `TIMER=${hex(c.timer())}`],
  [/^FASTLOADPARAM (\w+) (\d+)$/i, (c, name, value) => c.parameters.set(name!, value!)],
  [/^FASTPREPPARAM (\w+) (\d+)$/i, (c, name, value) => c.parameters.prepare(name!, value!)],
  [/^LOADPARAMS$/, (c) => c.parameters.load(c.config.settings())],
  [/^LOADPARAM (\w+)$/i, (c, name) => c.parameters.loadOne(c.config.settings(), name!)],
  [/^PREPPARAM (\w+)$/i, (c, name) => c.parameters.prepareOne(c.config.settings(), name!)],
  [/^LOCK([0-3])$/, (c, buffer) => c.lock(Number(buffer))],
  [/^FETCH([\dA-F]{8})([\dA-F]{8})$/i, (c, address, count) => c.fetch(number(address!), number(count!))],
  [/^FETCHLOG$/, (c) => c.log.shift() ?? "(null)"],
  [/^CLEARCONFIG$/, (c) => c.config.clear()],
  [/^APPLYALL$/, (c) => c.applyAll()],
  [/^APPLYSYSTEM$/, (c) => c.applySystem()],
  [/^APPLYCDS$/, (c) => c.applyCds()],
  [/^APPLYMOD([\dA-F]{2})$/i, (c, slot) => c.applyModule(number(slot!) + 1)],
  [/^APPLYDIO([\dA-F]{2})$/i, (c, slot) => c.applyModule(number(slot!) + 1)],
  [/^APPLYNET$/, (c) => c.disconnect()],
  [/^LOADTIMING$/, (c) => c.loadTiming()],
  [/^RESETTIMING$/, (c) => c.resetTiming()],
  [/^HOLDTIMING$/, (c) => c.holdTiming()],
  [/^RELEASETIMING$/, (c) => c.releaseTiming()],
  [/^POWERON$/, (c) => c.powerOn()],
  [/^POWEROFF$/, (c) => c.power.off()],
  [/^POLLOFF$/, (c) => c.setPolling(false)],
  [/^POLLON$/, (c) => c.setPolling(true)],
  [/^BIASPOLL(?:OFF|ON)$/, () => {}],
  [/^FASTAUTOFETCH([01])$/, (c, on) => c.setAutoFetch(on === "1")],
  [/^FLASHACTIVECONFIG$/, (c) => c.storeConfig()],
  [/^ERASESTOREDCONFIG$/, (c) => c.eraseStoredConfig()],
  [/^ERASEMOD([\dA-F]{2})$/i, (c, slot) => c.firmware(`MOD${number(slot!)}`).erase()],
  [
    /^FLASHMOD([\dA-F]{2})([\dA-F]{4})([\dA-F]{2048})$/i,
    (c, slot, block, data) => c.firmware(`MOD${number(slot!)}`).flash(number(block!), data!),
  ],
  [
    /^VERIFYMOD([\dA-F]{2})([\dA-F]{4})([\dA-F]{4})$/i,
    (c, slot, block, count) => c.verify(`MOD${number(slot!)}`, number(block!), number(count!)),
  ],
  [/^ERASE([\dA-F]{8})([\dA-F]{8})$/i, (c) => c.firmware("BACKPLANE").erase()],
  [
    /^FLASH([\dA-F]{4})([\dA-F]{2048})$/i,
    (c, block, data) => c.firmware("BACKPLANE").flash(number(block!), data!),
  ],
  [
    /^VERIFY([\dA-F]{4})([\dA-F]{4})$/i,
    (c, block, count) => c.verify("BACKPLANE", number(block!), number(count!)),
  ],
  [/^REBOOT$/, (c) => c.boot(true)],
  [/^WARMBOOT$/, (c) => c.boot(false)],
];

/** Words with which commands begin: what begins so and is no command is an error, everything else is ignored. */
const KNOWN =
  /^(?:WCONFIG|RCONFIG|FASTLOADPARAM|FASTPREPPARAM|LOADPARAM|PREPPARAM|LOCK|FETCH|APPLYMOD|APPLYDIO|FLASH|ERASE|VERIFY)/;

/**
 * Carries out a command.
 *
 * @param controller The controller.
 * @param text The command.
 * @returns The reply; undefined for a command that is none, which is not answered. `false` for one that cannot be read.
 * @throws {Refused} If it cannot be done.
 */
export function carryOut(controller: Controller, text: string): Reply | false | Promise<Reply> {
  for (const [pattern, handler] of COMMANDS) {
    const match = pattern.exec(text);
    if (!match) continue;
    const reply = handler(controller, ...match.slice(1));
    return reply instanceof Promise ? reply.then((late) => late ?? "") : reply ?? "";
  }
  return KNOWN.test(text) ? false : undefined;
}
