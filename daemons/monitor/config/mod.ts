/** MONITOR's configuration. @module */
export { MONITOR, readSource, settingsOf } from "./arguments.ts";
export { type ClientConfig, type Config, DEFAULTS, type Said, type Settings } from "./config.ts";
export { type IniSection, type IniValue, parseIni } from "./ini.ts";
export { readIni } from "./ini_file.ts";
export { CONFIG_FILES, loadConfig, type ReadFile, readIfThere } from "./load.ts";
export { readYaml } from "./yaml_file.ts";
export { writeYaml } from "./write.ts";
