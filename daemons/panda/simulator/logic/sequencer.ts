/** Runs through a table of lines, each of two phases of outputs. @module */
import type { Logic, Unit } from "../machine/unit.ts";

/** Words of a line. */
const ROW = 4;

/** What the sequencer does, as numbered in its STATE. */
const State = { WAIT_ENABLE: 0, LOAD_TABLE: 1, WAIT_TRIGGER: 2, PHASE1: 3, PHASE2: 4 } as const;

/** A line of the table. */
interface Line {
  readonly repeats: number;
  readonly trigger: number;
  readonly position: number;
  readonly times: readonly [number, number];
  readonly outputs: readonly [number, number];
}

function lineOf(words: readonly number[], row: number): Line {
  const [head = 0, position = 0, time1 = 0, time2 = 0] = words.slice(ROW * row, ROW * (row + 1));
  return {
    repeats: head & 0xffff,
    trigger: (head >>> 16) & 0xf,
    position: position | 0,
    times: [time1, time2],
    outputs: [(head >>> 20) & 0x3f, head >>> 26],
  };
}

/** The sequencer. */
export class Sequencer implements Logic {
  readonly #unit: Unit;
  #state: number = State.WAIT_ENABLE;
  #lines: readonly Line[] = [];
  #line = 0;
  #repeat = 0;
  #run = 0;
  #due = Infinity;

  /** Makes one without a table. */
  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** Goes on when it is time, or when what a line waits for is there. */
  work(): void {
    const enable = this.#unit.input("ENABLE");
    if (!enable.value) {
      if (enable.fell) this.#stop();
    } else if (enable.rose && this.#lines.length > 0) this.#start();
    else if (this.#state === State.WAIT_TRIGGER) this.#tryLine();
    else if (this.#due <= this.#unit.machine.now) this.#endPhase();
    this.#tell();
  }

  /** A new table begins from its first line when it is enabled next. */
  tableWritten(): void {
    const { table } = this.#unit;
    this.#lines = Array.from({ length: table.length / ROW }, (_, row) => lineOf(table, row));
    this.#stop();
    [this.#line, this.#repeat, this.#run] = [0, 0, 0];
    this.#tell();
  }

  #start(): void {
    [this.#line, this.#repeat, this.#run] = [0, 1, 1];
    this.#unit.put("ACTIVE", 1);
    this.#tryLine();
  }

  #tryLine(): void {
    const line = this.#lines[this.#line]!;
    if (!this.#isMet(line)) {
      this.#state = State.WAIT_TRIGGER;
      this.#due = Infinity;
    } else this.#beginPhase(line.times[0] > 0 ? 0 : 1);
  }

  #beginPhase(phase: 0 | 1): void {
    const { times, outputs } = this.#lines[this.#line]!;
    const unit = Math.max(1, this.#unit.registers["PRESCALE"] ?? 0);
    const ticks = unit * Math.max(1, times[phase]);
    this.#state = phase === 0 ? State.PHASE1 : State.PHASE2;
    this.#put(outputs[phase]);
    this.#due = this.#unit.machine.now + ticks;
    this.#unit.wake(ticks);
  }

  #endPhase(): void {
    if (this.#state === State.PHASE1) return this.#beginPhase(1);
    if (this.#state !== State.PHASE2) return;
    const { repeats } = this.#lines[this.#line]!;
    if (this.#repeat !== repeats) { // a line of 0 repeats goes on for ever
      this.#repeat++;
      return this.#tryLine();
    }
    this.#repeat = 1;
    if (this.#line + 1 < this.#lines.length) {
      this.#line++;
      return this.#tryLine();
    }
    if (this.#run === (this.#unit.registers["REPEATS"] ?? 0)) return this.#stop();
    this.#line = 0;
    this.#run++;
    this.#tryLine();
  }

  #isMet({ trigger, position }: Line): boolean {
    if (trigger === 0 || trigger > 12) return true;
    if (trigger <= 6) {
      const bit = this.#unit.input(`BIT${"ABC"[(trigger - 1) >> 1]}`);
      return bit.value === (trigger - 1) % 2;
    }
    const { value } = this.#unit.input(`POS${"ABC"[(trigger - 7) >> 1]}`);
    return (trigger - 7) % 2 === 0 ? value >= position : value <= position;
  }

  #stop(): void {
    this.#state = State.WAIT_ENABLE;
    this.#due = Infinity;
    this.#put(0);
    this.#unit.put("ACTIVE", 0);
  }

  #put(outputs: number): void {
    for (const [bit, letter] of [..."ABCDEF"].entries()) this.#unit.put(`OUT${letter}`, (outputs >> bit) & 1);
  }

  #tell(): void {
    const { registers } = this.#unit;
    registers["STATE"] = this.#state;
    registers["TABLE_LINE"] = this.#run === 0 ? 0 : this.#line + 1;
    registers["LINE_REPEAT"] = this.#repeat;
    registers["TABLE_REPEAT"] = this.#run;
  }
}
