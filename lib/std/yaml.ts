/** YAML of the standard library, through npm. @module */
// @ts-types="./yaml.d.ts"
export { parse, stringify, YamlSyntaxError } from "npm:deno-std@1.4.0/yaml/mod.js";
