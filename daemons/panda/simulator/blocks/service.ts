/** Position capture, and blocks that say how the box is. @module */
import { bitMux, bitOut, type BlockLayout, choice, condition, reading, scalar, uint } from "../layout.ts";

/** Position capture, and blocks that say how the box is. */
export const SERVICE_BLOCKS: readonly BlockLayout[] = [
  {
    name: "PCAP",
    count: 1,
    description: "Position capture",
    listed: ["BITS1", "TS_END", "GATE", "TS_START", "ACTIVE", "ENABLE", "BITS2", "CAPTURE", "CAPTURE_EDGE"]
      .concat("BITS3", "SHIFT_SUM", "TS_CAPTURE", "HEALTH", "SAMPLES", "BITS0"),
    fields: [
      bitMux("ENABLE", "Captures while high, ends when it falls"),
      bitMux("GATE", "What is summed up counts while high"),
      bitMux("CAPTURE", "Its edge captures a row"),
      choice("CAPTURE_EDGE", "Which edge captures", "Rising", "Falling", "Rising or Falling"),
      uint("SHIFT_SUM", "Sums and samples are shifted right by so many bits", 8),
      condition(
        "HEALTH",
        "Why the last capture failed",
        "Ok",
        "Capture events too close together",
        "Samples overflow",
      ),
      bitOut("ACTIVE", "High while armed"),
      { type: "ext_out", kind: "timestamp", name: "TS_START", description: "When the gate opened first" },
      { type: "ext_out", kind: "timestamp", name: "TS_END", description: "When the gate closed last" },
      { type: "ext_out", kind: "timestamp", name: "TS_CAPTURE", description: "When the row was captured" },
      { type: "ext_out", kind: "samples", name: "SAMPLES", description: "Ticks for which the gate was open" },
      ...[0, 1, 2, 3].map((word) => ({
        type: "ext_out" as const,
        kind: "bits" as const,
        word,
        name: `BITS${word}`,
        description: `Bits ${32 * word} to ${32 * word + 31} of the bus`,
      })),
    ],
  },
  {
    name: "SLOW",
    count: 1,
    description: "Temperatures and supplies",
    listed: ["TEMP_ENC_R", "TEMP_PICO", "TEMP_SFP", "IO_5V0", "FMC_12V", "SFP_3V3", "TEMP_PSU", "FMC_15VN"]
      .concat("ALIM_12V0", "ENC_24V", "TEMP_ENC_L", "PICO_5V0", "FMC_15VP"),
    fields: [
      ...["PSU", "SFP", "ENC_L", "PICO", "ENC_R"].map((place) =>
        reading(`TEMP_${place}`, `Temperature at ${place}`, "int")
      ),
      ...["ALIM_12V0", "PICO_5V0", "IO_5V0", "SFP_3V3", "FMC_15VN", "FMC_15VP", "ENC_24V", "FMC_12V"]
        .map((name) => reading(name, "Voltage of a supply")),
    ],
  },
  {
    name: "SYSTEM",
    count: 1,
    description: "The box itself",
    listed: ["VCCINT", "TEMP_ZYNQ", "TEMP_PSU"],
    fields: [
      reading("TEMP_PSU", "Temperature of the power supply", "int"),
      scalar("TEMP_ZYNQ", "Temperature of the processor", 0.001, 0, "deg"),
      scalar("VCCINT", "Core voltage", 0.001, 0, "V"),
    ],
  },
  {
    name: "DUMMY",
    count: 5,
    description: "Fields of a program beside the server, which is not running",
    fields: [
      { type: "read", kind: "uint", isAbsent: true, name: "DUMMY_R", description: "Cannot be read" },
      { type: "write", kind: "uint", isAbsent: true, name: "DUMMY_W", description: "Cannot be written" },
      reading("POLY_R", "The number written last"),
      { type: "write", kind: "uint", max: 0xffffffff, name: "POLY_W", description: "A number to read" },
    ],
  },
  { name: "INTERVAL", count: 3, fields: [uint("CENTRE", "Middle"), uint("RANGE", "Half width")] },
];
