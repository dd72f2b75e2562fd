/** Blocks of bits. @module */
import {
  action,
  bitMux,
  bitOut,
  type BlockLayout,
  choice,
  type ColumnLayout,
  condition,
  flag,
  posMux,
  reading,
  shortTime,
  time,
  uint,
} from "../layout.ts";

const TRIGGERS = [
  "Immediate",
  ...["BITA=0", "BITA=1", "BITB=0", "BITB=1", "BITC=0", "BITC=1"],
  ...["A", "B", "C"].flatMap((letter) => [`POS${letter}>=POSITION`, `POS${letter}<=POSITION`]),
];
const OUTPUTS = ["A", "B", "C", "D", "E", "F"];

const column = (
  name: string,
  high: number,
  low: number,
  description: string,
  kind: ColumnLayout["kind"] = "uint",
): ColumnLayout => ({ name, bits: [high, low], kind, description });

const SEQUENCE: readonly ColumnLayout[] = [
  column("REPEATS", 15, 0, "How often the line is repeated"),
  { ...column("TRIGGER", 19, 16, "What begins the line", "enum"), labels: TRIGGERS },
  column("POSITION", 63, 32, "The position that triggers by position compare with", "int"),
  column("TIME1", 95, 64, "The time the optional phase 1 should take"),
  ...OUTPUTS.map((name, at) => column(`OUT${name}1`, 20 + at, 20 + at, `Output ${name} during phase 1`)),
  column("TIME2", 127, 96, "The time the mandatory phase 2 should take"),
  ...OUTPUTS.map((name, at) => column(`OUT${name}2`, 26 + at, 26 + at, `Output ${name} during phase 2`)),
];

/** Blocks of bits. */
export const BIT_BLOCKS: readonly BlockLayout[] = [
  {
    name: "LUT",
    count: 8,
    description: "Logic of five inputs",
    listed: ["OUT", "FUNC", "INPB", "INPC", "INPA", "INPD", "INPE"],
    fields: [
      { type: "param", kind: "lut", name: "FUNC", description: "The function of the inputs: A&B|~C" },
      ...["A", "B", "C", "D", "E"].map((letter) => bitMux(`INP${letter}`, `Input ${letter}`)),
      bitOut("OUT", "The function's value"),
    ],
  },
  {
    name: "SRGATE",
    count: 4,
    description: "Set and reset gate",
    fields: [
      choice("SET_EDGE", "Edge that sets", "Falling", "Rising"),
      choice("RST_EDGE", "Edge that resets", "Falling", "Rising"),
      action("FORCE_SET", "Set now"),
      action("FORCE_RST", "Reset now"),
      bitMux("SET", "Sets with its edge"),
      bitMux("RST", "Resets with its edge"),
      bitOut("OUT", "The gate"),
    ],
  },
  {
    name: "DIV",
    count: 4,
    description: "Pulse divider",
    fields: [
      uint("DIVISOR", "Every so manieth pulse goes to OUTD"),
      choice("FIRST_PULSE", "Where the first pulse goes to", "OutN", "OutD"),
      bitMux("INP", "Pulses"),
      bitMux("ENABLE", "Counts while high, reset when it falls"),
      bitOut("OUTD", "Divided pulses"),
      bitOut("OUTN", "The other pulses"),
      reading("COUNT", "Pulses counted"),
    ],
  },
  {
    name: "PULSE",
    count: 4,
    description: "Delays and shapes pulses",
    listed: ["DELAY", "WIDTH", "INP", "ENABLE", "OUT", "ERR_OVERFLOW", "MISSED_CNT", "QUEUE", "ERR_PERIOD"],
    fields: [
      time("DELAY", "From the edge to the pulse"),
      time("WIDTH", "Width of the pulse; 0 delays the input as it is"),
      bitMux("INP", "Its rising edge asks for a pulse"),
      bitMux("ENABLE", "Pulses while high, forgets them while low"),
      bitOut("OUT", "The pulses"),
      reading("ERR_OVERFLOW", "Whether too many pulses were waiting", "bit"),
      reading("ERR_PERIOD", "Whether an edge came during a pulse", "bit"),
      reading("QUEUE", "Pulses that wait", "uint", 1023),
      reading("MISSED_CNT", "Pulses that were left out"),
    ],
  },
  {
    name: "SEQ",
    count: 4,
    description: "Sequencer",
    listed: ["TABLE", "OUTE", "OUTD", "OUTF", "OUTA", "OUTC", "OUTB", "ACTIVE", "LINE_REPEAT", "STATE"]
      .concat("TABLE_REPEAT", "TABLE_LINE"),
    fields: [
      {
        type: "table",
        columns: SEQUENCE,
        rowWords: 4,
        maxWords: 512,
        isLong: false,
        name: "TABLE",
        description: "Sequencer table of lines",
      },
      shortTime("PRESCALE", "Unit of the times in the table; 0 is a tick"),
      uint("REPEATS", "How often the table is run through; 0 is for ever"),
      bitMux("ENABLE", "Runs while high, stops when it falls"),
      ...["A", "B", "C"].map((letter) => bitMux(`BIT${letter}`, `Bit ${letter} that lines may wait for`)),
      ...["A", "B", "C"].map((letter) =>
        posMux(`POS${letter}`, `Position ${letter} that lines may wait for`)
      ),
      bitOut("ACTIVE", "High while it runs"),
      ...OUTPUTS.map((letter) => bitOut(`OUT${letter}`, `Output ${letter}`)),
      reading("TABLE_REPEAT", "Which run through the table this is"),
      reading("TABLE_LINE", "Which line this is"),
      reading("LINE_REPEAT", "Which repeat of the line this is"),
      condition(
        "STATE",
        "What it does",
        "WAIT_ENABLE",
        "LOAD_TABLE",
        "WAIT_TRIGGER",
        "PHASE1",
        "PHASE2",
      ),
    ],
  },
  {
    name: "BITS",
    count: 1,
    description: "Bits to set by hand",
    listed: ["OUTA", "OUTC", "OUTB", "OUTD"],
    fields: [
      ...["A", "B", "C", "D"].map((letter) => flag(letter, `Level of OUT${letter}`)),
      ...["A", "B", "C", "D"].map((letter) => bitOut(`OUT${letter}`, `Bit ${letter}`)),
    ],
  },
  {
    name: "CLOCKS",
    count: 1,
    description: "Clocks",
    listed: ["OUTA", "OUTC", "OUTB", "OUTD"],
    fields: [
      ...["A", "B", "C", "D"].map((letter) => shortTime(`${letter}_PERIOD`, `Period of OUT${letter}`)),
      ...["A", "B", "C", "D"].map((letter) => bitOut(`OUT${letter}`, `Clock ${letter}`)),
    ],
  },
];
