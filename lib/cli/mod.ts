/** Command lines described as data: typed options, `--help` with examples, errors that say what was meant. @module */
export {
  type CommandLine,
  type NumberOption,
  type Operands,
  type Option,
  type OptionCommon,
  type Options,
  type OptionValue,
  type OptionValues,
  type SwitchOption,
  type TextOption,
} from "./command_line.ts";
export { type ConsoleOptions, typedLines } from "./console.ts";
export { helpOf } from "./help.ts";
export { interrupted } from "./interrupted.ts";
export { launch } from "./launch.ts";
export { type Listening, type ListenOptions, listenOptions, runListening } from "./listening.ts";
export { type Needs, permissionsFor } from "./permissions.ts";
export { parseCommandLine, type Parsed, UsageError } from "./parse.ts";
export { fail, runProgram } from "./program.ts";
export { type Progress, progressBar, type ProgressOptions } from "./progress.ts";
