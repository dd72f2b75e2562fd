/** nodemailer, with types. @module */
// @ts-types="./nodemailer.d.ts"
export { createTransport } from "npm:nodemailer@10.6.1";
