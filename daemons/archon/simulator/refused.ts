/** What the controller does not do. @module */

/** Thrown where the controller answers `?xx`; the reason goes into its log. */
export class Refused extends Error {}
