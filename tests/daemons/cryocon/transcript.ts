/**
 * What was seen between the original daemon and a Cryo-con 24C, byte for byte without line ends. Driver and simulator are
 * tested against it, each alone, so that they cannot agree with each other only.
 */

/** What the original asks for first; the instrument says nothing to it. */
export const PREPARATION = "input a,b,c,d:units c;:loop 1:load 50;:loop 2:load 0;";

/** Temperatures of the sensors A to D, of which C is not connected, and whether control is engaged. */
export const INPUTS = {
  ask: "input? a,b,c,d;:cont?",
  reply: " 20.806670; 20.800480;.......; 20.853670;OFF",
} as const;

/** Loop 1. */
export const LOOP = {
  ask: ":loop 1:err?;rang?;type?;load?;outp?;htrr?;sour?;setp?;ramp?;rate?;pman?;",
  reply: "--Htr OK--;HI ;MAN  ;50;0.000000;   0%;A;25.000000C;OFF;0.100000;5.0",
} as const;

/** What the instrument answers when it does not understand. */
export const REFUSAL = "NAK";
