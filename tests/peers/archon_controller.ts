/**
 * A small foreign Archon, written from the facts about the protocol and importing nothing of ours. It knows no timing
 * script: an exposure is the integration time, then a readout of a fixed time, and its pixels say where they are.
 *
 * It has no sockets and no clock of its own: bytes of requests go in, bytes of replies come out.
 */

/** What a test gives it. */
export interface PeerWorld {
  /** Milliseconds. */
  now(): number;
  /** Calls back later. */
  after(ms: number, action: () => void): void;
}

/** What goes wrong, by command. */
export interface PeerFaults {
  /** Commands that are refused, by their beginning. */
  refuse: string[];
  /** Commands that are not answered, by their beginning. */
  silent: string[];
  /** Whether references come back in lower case. */
  lowerCase: boolean;
  /** The connection is lost after so many bytes of binary data. */
  dropAfter: number | undefined;
  /** Values of STATUS that are not what they should be. */
  status: Record<string, string>;
  /** How long APPLYALL takes, ms. */
  applyTime: number;
  /** How long FETCH takes, ms. */
  fetchTime: number;
}

interface Buffer {
  frame: number;
  complete: boolean;
  started: number;
  pixels: Uint8Array;
}

const BASES = [0xa0000000, 0xc0000000, 0xe0000000];
/** POWER of STATUS. */
const POWER = { notConfigured: 1, off: 2, intermediate: 3, on: 4 };

/** The controller. */
export class ArchonPeer {
  readonly faults: PeerFaults = {
    refuse: [],
    silent: [],
    lowerCase: false,
    dropAfter: undefined,
    status: {},
    applyTime: 0,
    fetchTime: 0,
  };
  /** What it was told, without what only asks. */
  readonly told: string[] = [];
  readonly log: string[] = [];
  readonly parameters = new Map<string, number>();
  readonly buffers: Buffer[] = BASES.map(() => ({
    frame: 0,
    complete: false,
    started: 0,
    pixels: new Uint8Array(),
  }));
  lines: string[] = [];
  power = POWER.notConfigured;
  polls = true;
  count = 0;
  locked = 0;
  writing = 0;
  frames = 0;
  width = 8;
  height = 4;
  readoutTime = 200;
  /** What a pixel is, by frame and place. */
  pixel: (frame: number, index: number) => number = (frame, index) => (frame * 1000 + index) & 0xffff;
  #applied = false;
  #generation = 0;
  #isExposing = false;
  #world: PeerWorld;
  #binary = 0;

  constructor(world: PeerWorld) {
    this.#world = world;
  }

  /** Puts it on a connection: `reply` sends, `drop` cuts it. What it returns takes the bytes that come. */
  accept(reply: (bytes: Uint8Array) => void, drop: () => void): (bytes: Uint8Array) => void {
    let rest = "";
    this.#binary = 0;
    return (bytes) => {
      const parts = (rest + String.fromCharCode(...bytes)).split("\n");
      rest = parts.pop()!;
      for (const line of parts) {
        if (!/^>[0-9A-Fa-f]{2}/.test(line)) continue;
        const reference = this.faults.lowerCase
          ? line.slice(1, 3).toLowerCase()
          : line.slice(1, 3).toUpperCase();
        this.#answer(reference, line.slice(3), reply, drop);
      }
    };
  }

  #answer(reference: string, command: string, reply: (bytes: Uint8Array) => void, drop: () => void): void {
    if (!/^(SYSTEM|STATUS|FRAME|TIMER|FETCH|RCONFIG)/.test(command)) this.told.push(command);
    if (this.faults.silent.some((start) => command.startsWith(start))) return;
    const refused = this.faults.refuse.some((start) => command.startsWith(start));
    const text = refused ? null : this.obey(command);
    if (text === undefined) return;
    const send = () => {
      if (text === null) reply(ascii(`?${reference}\n`));
      else if (typeof text === "string") reply(ascii(`<${reference}${text}\n`));
      else this.#sendBlocks(reference, text, reply, drop);
    };
    const { applyTime, fetchTime } = this.faults;
    const time = command === "APPLYALL" ? applyTime : command.startsWith("FETCHA") ? fetchTime : 0;
    if (time > 0) this.#world.after(time, send);
    else send();
  }

  #sendBlocks(
    reference: string,
    bytes: Uint8Array,
    reply: (bytes: Uint8Array) => void,
    drop: () => void,
  ): void {
    for (let at = 0; at < bytes.length; at += 1024) {
      if (this.faults.dropAfter !== undefined && this.#binary >= this.faults.dropAfter) {
        this.faults.dropAfter = undefined;
        return drop();
      }
      const unit = new Uint8Array(1028).fill(0xff);
      unit.set(ascii(`<${reference}:`));
      unit.set(bytes.subarray(at, at + 1024), 4);
      this.#binary += 1024;
      reply(unit);
    }
  }

  /** The reply to a command: words, bytes of blocks, null for a refusal, undefined for silence. */
  obey(command: string): string | Uint8Array | null | undefined {
    const [, word = "", rest = ""] = /^([A-Z]+)(.*)$/i.exec(command) ?? [];
    switch (word) {
      case "SYSTEM":
        return this.#system();
      case "STATUS":
        if (this.polls) this.count++;
        return pairs({ ...this.#status(), ...this.faults.status });
      case "FRAME":
        return pairs(this.#frame());
      case "TIMER":
        return `TIMER=${hex(this.#ticks(this.#world.now()), 16)}`;
      case "FETCHLOG":
        return this.log.shift() ?? "(null)";
      case "POLLOFF":
      case "POLLON":
        this.polls = word === "POLLON";
        return "";
      case "CLEARCONFIG":
        this.lines = [];
        return "";
      case "APPLYALL":
        this.#applied = true;
        this.power = POWER.off;
        this.#readParameters();
        this.#stop();
        return "";
      case "APPLYCDS":
        this.#readSize();
        return "";
      case "APPLYSYSTEM":
      case "LOADTIMING":
      case "RESETTIMING":
      case "HOLDTIMING":
      case "RELEASETIMING":
        return "";
      case "POWERON":
        if (!this.#applied) return this.#refuse("POWERON before APPLYALL");
        this.power = POWER.on;
        return "";
      case "POWEROFF":
        this.power = this.#applied ? POWER.off : POWER.notConfigured;
        return "";
      case "FASTLOADPARAM":
        return this.#setParameter(rest.trim());
    }
    return this.#addressed(command);
  }

  #addressed(command: string): string | Uint8Array | null | undefined {
    const write = /^WCONFIG([0-9A-F]{4})(.*)$/.exec(command);
    if (write) {
      const line = parseInt(write[1]!, 16);
      if (line > 0x3fff) return null;
      this.lines[line] = write[2]!.replace(/^([^=]*=)"(.*)"$/, "$1$2");
      return "";
    }
    const read = /^RCONFIG([0-9A-F]{4})$/.exec(command);
    if (read) return parseInt(read[1]!, 16) > 0x3fff ? null : this.lines[parseInt(read[1]!, 16)] ?? "";
    const lock = /^LOCK(\d)$/.exec(command);
    if (lock) {
      if (Number(lock[1]) > 3) return null;
      this.locked = Number(lock[1]);
      return "";
    }
    if (/^APPLY(MOD|DIO)[0-9A-F]{2}$/.test(command) || /^LOADPARAM /.test(command)) return "";
    const fetch = /^FETCH([0-9A-F]{8})([0-9A-F]{8})$/.exec(command);
    return fetch ? this.#fetch(parseInt(fetch[1]!, 16), parseInt(fetch[2]!, 16)) : undefined;
  }

  #fetch(address: number, blocks: number): Uint8Array {
    const bytes = new Uint8Array(blocks * 1024).fill(0xff);
    const index = BASES.findLastIndex((base) => address >= base);
    const { pixels } = this.buffers[index]!;
    bytes.set(pixels.subarray(address - BASES[index]!).subarray(0, bytes.length));
    return bytes;
  }

  #setParameter(words: string): string | null {
    const [name = "", value = ""] = words.split(/\s+/);
    const known = [...this.parameters.keys()].find((key) => key.toUpperCase() === name.toUpperCase());
    const number = Number(value);
    if (known === undefined || !(number >= 0 && number <= 1e6)) return this.#refuse(`bad parameter ${words}`);
    this.parameters.set(known, number);
    if (/^Exposures$/i.test(known) && number > 0 && this.power === POWER.on && !this.#isExposing) {
      this.#expose();
    }
    if (/^AbortExposure$/i.test(known) && number > 0 && this.#isExposing) this.#abort();
    return "";
  }

  #value(name: string): number {
    const key = [...this.parameters.keys()].find((key) => key.toUpperCase() === name.toUpperCase());
    return key === undefined ? 0 : this.parameters.get(key)!;
  }

  /** Counts down the exposures, one frame each. */
  #expose(): void {
    const generation = ++this.#generation;
    this.#isExposing = true;
    const integration = this.#value("IntMS") + this.#value("NoIntMS") +
      10 * (this.#value("IntCS") + this.#value("NoIntCS"));
    this.#world.after(integration, () => {
      if (generation === this.#generation) this.#readOut(generation);
    });
  }

  #readOut(generation: number): void {
    const free = [0, 1, 2].map((step) => (this.writing + step) % 3).find((index) =>
      index + 1 !== this.locked
    )!;
    this.writing = free + 1;
    const buffer = this.buffers[free]!;
    Object.assign(buffer, { frame: ++this.frames, complete: false, started: this.#world.now() });
    const frame = this.frames;
    this.#world.after(this.readoutTime, () => {
      if (generation !== this.#generation) return;
      const pixels = new Uint8Array(this.width * this.height * 2);
      const view = new DataView(pixels.buffer);
      for (let at = 0; at < this.width * this.height; at++) {
        view.setUint16(2 * at, this.pixel(frame, at), true);
      }
      Object.assign(buffer, { complete: true, pixels });
      this.#isExposing = false;
      const left = this.#value("Exposures");
      this.parameters.set(
        [...this.parameters.keys()].find((key) => /^Exposures$/i.test(key))!,
        Math.max(0, left - 1),
      );
      if (left > 1 || this.#value("ContinuousExposures") > 0) this.#expose();
    });
  }

  #abort(): void {
    const generation = ++this.#generation;
    for (const name of ["AbortExposure", "Exposures"]) {
      const key = [...this.parameters.keys()].find((key) => key.toUpperCase() === name.toUpperCase());
      if (key !== undefined && (name !== "Exposures" || this.#value("ReadOut") === 0)) {
        this.parameters.set(key, 0);
      }
    }
    if (this.#value("ReadOut") > 0) this.#readOut(generation);
    else this.#stop();
  }

  #stop(): void {
    this.#generation++;
    this.#isExposing = false;
  }

  #readParameters(): void {
    this.parameters.clear();
    for (const line of this.lines) {
      const [, name, value] = /^PARAMETER\d+=(\w+)=(\d+)$/i.exec(line ?? "") ?? [];
      if (name !== undefined) this.parameters.set(name, Number(value));
    }
    this.#readSize();
  }

  #readSize(): void {
    const find = (key: string) =>
      Number(this.lines.find((line) => line.startsWith(`${key}=`))?.split("=")[1] ?? 0);
    const taps = this.lines.filter((line) => /^TAPLINE\d+=\w/.test(line)).length;
    if (taps === 0) return;
    const isSplit = find("FRAMEMODE") === 2;
    this.width = find("PIXELCOUNT") * (isSplit ? taps / 2 : taps);
    this.height = find("LINECOUNT") * (isSplit ? 2 : 1);
  }

  #refuse(reason: string): null {
    this.log.push(reason);
    return null;
  }

  #ticks(ms: number): bigint {
    return BigInt(Math.round(ms * 1e5)) + 0x10000n;
  }

  #system(): string {
    const types = [0, 11, 1, 9, 2, 2, 0, 0, 8, 0, 0, 0];
    const modules = types.flatMap((type, at) => [
      [`MOD${at + 1}_TYPE`, String(type)],
      [`MOD${at + 1}_REV`, type === 0 ? "0" : "1"],
      [`MOD${at + 1}_VERSION`, type === 0 ? "0.0.0" : "1.0.1166"],
      [`MOD${at + 1}_ID`, type === 0 ? "0000000000000000" : `0131AB38BE6AFA${hex(at, 2)}`],
    ]);
    return pairs({
      BACKPLANE_TYPE: "1",
      BACKPLANE_REV: "5",
      BACKPLANE_VERSION: "1.0.1166",
      BACKPLANE_ID: "0024498A715E301C",
      POWER_ID: "0000006754D4",
      MOD_PRESENT: "13E",
      ...Object.fromEntries(modules),
    });
  }

  #status(): Record<string, string> {
    const rails = [
      "P2V5",
      "P5V",
      "P6V",
      "N6V",
      "P17V",
      "N17V",
      "P35V",
      "N35V",
      "P100V",
      "N100V",
      "USER",
      "HEATER",
    ];
    const of = (module: number, key: string, count: number, value: string) =>
      Array.from({ length: count }, (_, at) => [`MOD${module}/${key}${at + 1}`, value]);
    return {
      VALID: "1",
      COUNT: String(this.count),
      LOG: String(this.log.length),
      POWER: String(this.power),
      POWERGOOD: "1",
      OVERHEAT: "0",
      BACKPLANE_TEMP: "28.625",
      ...Object.fromEntries(rails.flatMap((rail) => [[`${rail}_V`, "5.012"], [`${rail}_I`, "0.250"]])),
      ...Object.fromEntries([2, 3, 4, 5, 6, 9].map((module) => [`MOD${module}/TEMP`, "31.250"])),
      "MOD2/TEMPA": "-99.875",
      "MOD2/TEMPB": "-101.250",
      "MOD2/TEMPC": "-273.150016",
      "MOD2/HEATERAOUTPUT": "1.250",
      "MOD2/HEATERBOUTPUT": "0.000",
      ...Object.fromEntries(
        ["AP", "AI", "AD", "BP", "BI", "BD"].map((term) => [`MOD2/HEATER${term}`, "-12"]),
      ),
      "MOD2/DINPUTS": "01010101",
      ...Object.fromEntries(Array.from({ length: 16 }, (_, at) => [`MOD2/VCPU_OUTREG${at}`, "0"])),
      ...Object.fromEntries([
        ...of(4, "LVLC_V", 24, "-2.000"),
        ...of(4, "LVLC_I", 24, "0.010"),
        ...of(4, "LVHC_V", 6, "4.000"),
        ...of(4, "LVHC_I", 6, "1.000"),
      ]),
      "MOD4/DINPUTS": "00000000",
      ...Object.fromEntries([
        ...of(9, "HVLC_V", 24, "24.000"),
        ...of(9, "HVLC_I", 24, "0.010"),
        ...of(9, "HVHC_V", 6, "28.000"),
        ...of(9, "HVHC_I", 6, "3.000"),
      ]),
    };
  }

  #frame(): Record<string, string> {
    const pairs: Record<string, string> = {
      TIMER: hex(this.#ticks(this.#world.now()), 16),
      RBUF: String(this.locked),
      WBUF: String(this.writing),
    };
    const keys = [
      "TIMESTAMP",
      "RETIMESTAMP",
      "FETIMESTAMP",
      "REATIMESTAMP",
      "FEATIMESTAMP",
      "REBTIMESTAMP",
      "FEBTIMESTAMP",
    ];
    for (const [at, { frame, complete, started }] of this.buffers.entries()) {
      const is = (key: string, value: number | string) => pairs[`BUF${at + 1}${key}`] = String(value);
      is("SAMPLE", 0);
      is("COMPLETE", complete ? 1 : 0);
      is("MODE", 0);
      is("BASE", BASES[at]!);
      is("FRAME", frame);
      is("WIDTH", this.width);
      is("HEIGHT", this.height);
      is("PIXELS", complete ? this.width : 0);
      const share = Math.min(1, (this.#world.now() - started) / this.readoutTime);
      is("LINES", frame === 0 ? 0 : Math.floor(share * this.height));
      for (const key of ["RAWBLOCKS", "RAWLINES", "RAWOFFSET"]) is(key, 0);
      for (const key of keys) is(key, hex(frame === 0 ? 0n : this.#ticks(started), 16));
    }
    return pairs;
  }
}

function hex(value: number | bigint, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}

function pairs(values: Record<string, string>): string {
  return Object.entries(values).map(([key, value]) => `${key}=${value}`).join(" ");
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
