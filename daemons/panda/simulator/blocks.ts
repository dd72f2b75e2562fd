/**
 * The blocks of the box: those of the configuration that servers are tested with, in the order in which a server lists
 * them. The buses have the order of the hardware's.
 * @module
 */
import { BIT_BLOCKS } from "./blocks/bits.ts";
import { LEVEL_BLOCKS } from "./blocks/levels.ts";
import { POSITION_BLOCKS } from "./blocks/positions.ts";
import { SERVICE_BLOCKS } from "./blocks/service.ts";
import type { BlockLayout } from "./layout.ts";

const OUTPUTS = ["A", "B", "C", "D", "E", "F"];

/** All blocks. */
export const BLOCKS: readonly BlockLayout[] = [
  ...LEVEL_BLOCKS,
  ...BIT_BLOCKS,
  ...POSITION_BLOCKS,
  ...SERVICE_BLOCKS,
];

/** The order in which a server lists blocks. */
export const LISTED: readonly string[] =
  "TTLIN SFP OUTENC PCAP PCOMP SFP_TX TTLOUT ADC DUMMY DIV INENC SLOW PGEN SFP_RX LVDSIN POSENC SEQ PULSE SRGATE FMC LUT LVDSOUT COUNTER ADDER CLOCKS INTERVAL SYSTEM BITS QDEC"
    .split(" ");

/** Bits in the order of their bus, which begins with ZERO and ONE; of several instances, all stand together. */
export const BIT_BUS: readonly string[] = [
  ...["TTLIN.VAL", "LVDSIN.VAL", "LUT.OUT", "SRGATE.OUT", "DIV.OUTD", "DIV.OUTN", "PULSE.OUT"],
  ...OUTPUTS.map((letter) => `SEQ.OUT${letter}`),
  ...["SEQ.ACTIVE", "INENC.A", "INENC.B", "INENC.Z", "INENC.CONN", "POSENC.A", "POSENC.B"],
  ...["COUNTER.CARRY", "PCOMP.ACTIVE", "PCOMP.OUT", "PCAP.ACTIVE", "INENC.TRANS"],
  ...["A", "B", "C", "D"].map((letter) => `BITS.OUT${letter}`),
  ...["A", "B", "C", "D"].map((letter) => `CLOCKS.OUT${letter}`),
  "SFP_RX.BITA",
];

/** Positions in the order of their bus. */
export const POSITION_BUS: readonly string[] = [
  "INENC.VAL",
  "QDEC.OUT",
  "ADDER.OUT",
  "COUNTER.OUT",
  "PGEN.OUT",
  "ADC.OUT",
];
