/**
 * What goes over a controller's wire, as its documents say: client and simulator are both held against these, so that they
 * cannot agree with each other and with nobody else.
 */

/** Lines without their line breaks; no reply means that the controller says nothing. */
export type Transcript = readonly (readonly [request: string, reply: string | undefined])[];

/** The manual's own example. */
export const CONFIGURING: Transcript = [
  [">01CLEARCONFIG", "<01"],
  [">02WCONFIG0000LINES=99", "<02"],
  [">03WCONFIG0001STATES=7", "<03"],
  [">04RCONFIG0001", "<04STATES=7"],
];

/** References are answered in upper case; an unset line is empty; what is unknown gets no answer, what is wrong no reason. */
export const MANNERS: Transcript = [
  [">A0CLEARCONFIG", "<A0"],
  [">fFRCONFIG3FFF", "<FF"],
  [">0aNOSUCHCOMMAND", undefined],
  [">0BRCONFIG4000", "?0B"],
  [">0CPOWERON", "?0C"],
  [">0DFETCHLOG", "<0D(null)"],
  [">0ELOCK0", "<0E"],
  [">0FLOCK4", "?0F"],
];

/** Quotes around a value are taken off when it is written. */
export const QUOTES: Transcript = [
  [">00CLEARCONFIG", "<00"],
  ['>01WCONFIG0000PARAMETER0="Count=1"', "<01"],
  [">02RCONFIG0000", "<02PARAMETER0=Count=1"],
];
