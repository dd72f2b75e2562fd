/** Blocks that bring levels in and out, and links. @module */
import { action, bitMux, bitOut, type BlockLayout, choice, reading, uint } from "../layout.ts";

/** Blocks that bring levels in and out, and links. */
export const LEVEL_BLOCKS: readonly BlockLayout[] = [
  {
    name: "TTLIN",
    count: 6,
    description: "TTL input",
    listed: ["VAL", "TERM"],
    fields: [
      choice("TERM", "Select TTL input termination", "High-Z", "50-Ohm"),
      bitOut("VAL", "Level of the input"),
    ],
  },
  {
    name: "TTLOUT",
    count: 10,
    description: "TTL output",
    fields: [bitMux("VAL", "Level of the output")],
  },
  {
    name: "LVDSIN",
    count: 2,
    description: "LVDS input",
    fields: [bitOut("VAL", "Level of the input")],
  },
  {
    name: "LVDSOUT",
    count: 2,
    description: "LVDS output",
    fields: [bitMux("VAL", "Level of the output")],
  },
  {
    name: "SFP",
    count: 1,
    description: "Optical links",
    listed: ["ERROR3_COUNT", "LINK2_UP", "ERROR1_COUNT", "LINK1_UP", "LINK3_UP", "ERROR2_COUNT"]
      .concat("SFP_CLK1", "SFP_CLK3", "SFP_CLK2"),
    fields: [
      ...[1, 2, 3].flatMap((at) => [
        reading(`LINK${at}_UP`, `Whether link ${at} is up`),
        reading(`ERROR${at}_COUNT`, `Errors seen on link ${at}`),
      ]),
      ...[1, 2, 3].map((at) => reading(`SFP_CLK${at}`, `Clock of link ${at}`)),
      action("SOFT_RESET", "Reset the links"),
    ],
  },
  {
    name: "SFP_RX",
    count: 1,
    description: "Optical receiver",
    fields: [uint("PARAM", "Setting of the receiver"), bitOut("BITA", "Bit received")],
  },
  {
    name: "SFP_TX",
    count: 1,
    description: "Optical transmitter",
    fields: [uint("PARAM", "Setting of the transmitter"), bitMux("BITA", "Bit to transmit")],
  },
  {
    name: "FMC",
    count: 1,
    description: "Mezzanine card",
    listed: ["ERROR_COUNT", "LINK_UP", "LA_N_ERROR", "EXT_CLK", "LA_P_ERROR", "FMC_PRSNT", "GTREFCLK"]
      .concat("FMC_CLK1", "FMC_CLK0"),
    fields: [
      reading("FMC_PRSNT", "Whether there is a card"),
      reading("LINK_UP", "Whether its link is up"),
      reading("ERROR_COUNT", "Errors on the link"),
      reading("LA_P_ERROR", "Errors of the positive lines"),
      reading("LA_N_ERROR", "Errors of the negative lines"),
      reading("GTREFCLK", "Reference clock"),
      reading("FMC_CLK0", "First clock of the card"),
      reading("FMC_CLK1", "Second clock of the card"),
      action("SOFT_RESET", "Reset the card"),
      reading("EXT_CLK", "External clock"),
      uint("LOOP_PERIOD", "Period of the loop-back test"),
    ],
  },
];
