/** Assertions of the standard library, through npm (JSR may be out of reach where Dewar runs). @module */
// @ts-types="./assert.d.ts"
export * from "npm:deno-std@1.4.0/assert/mod.js";
