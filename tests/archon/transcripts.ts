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
  [">A1FETCHLOG", "<A1(null)"],
  [">fFRCONFIG3FFF", "<FF"],
  [">0aNOSUCHCOMMAND", undefined],
  [">0BRCONFIG4000", "?0B"],
  [">0CPOWERON", "?0C"],
  [">0ELOCK0", "<0E"],
  [">0FLOCK4", "?0F"],
];

/** Quotes around a value are taken off when it is written. */
export const QUOTES: Transcript = [
  [">00CLEARCONFIG", "<00"],
  ['>01WCONFIG0000PARAMETER0="Count=1"', "<01"],
  [">02RCONFIG0000", "<02PARAMETER0=Count=1"],
];

/** Parameters are known by the configuration that was applied, in capital or small letters. */
export const PARAMETERS: Transcript = [
  [">01FASTLOADPARAM IntMS 5", "?01"],
  [">02WCONFIG0000PARAMETERS=1", "<02"],
  [">03WCONFIG0001PARAMETER0=INTMS=100", "<03"],
  [">04FASTLOADPARAM IntMS 5", "?04"],
  [">05LOADTIMING", "<05"],
  [">06FASTLOADPARAM IntMS 5", "<06"],
  [">07FASTLOADPARAM INTMS 1000000", "<07"],
  [">08FASTLOADPARAM IntMS 1000001", "?08"],
  [">09FASTLOADPARAM Other 1", "?09"],
  [">0ALOADPARAM IntMS", "<0A"],
  [">0BPREPPARAM IntMS", "<0B"],
  [">0CFASTPREPPARAM IntMS 7", "<0C"],
  [">0DLOADPARAMS", "<0D"],
];

/** Commands that change how it works, and say nothing about it. */
export const SILENT: Transcript = [
  [">20POLLOFF", "<20"],
  [">21POLLON", "<21"],
  [">22HOLDTIMING", "<22"],
  [">23RELEASETIMING", "<23"],
  [">24RESETTIMING", "<24"],
  [">25APPLYSYSTEM", "<25"],
  [">26APPLYMOD00", "<26"],
  [">27APPLYMOD0B", "<27"],
  [">28APPLYMOD0C", "?28"],
  [">29LOCK1", "<29"],
  [">2ALOCK0", "<2A"],
  [">2BFETCH0000000000000001", "?2B"],
];
