/** Files that are there whole or not at all. @module */
export { NewFile, type NewFileOptions, replaceFile } from "./new_file.ts";
