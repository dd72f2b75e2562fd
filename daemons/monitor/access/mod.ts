/** Who may do what with MONITOR. @module */
export {
  Access,
  type AccessSettings,
  accessWarnings,
  checkReach,
  isLocalHost,
  NOBODY,
  SHARED,
} from "./access.ts";
export { type Passwords, readHtpasswd } from "./htpasswd.ts";
export { type Deed, DEEDS, may, refusalOf } from "./may.ts";
export {
  type Grant,
  highestRole,
  isAtLeast,
  type Person,
  type Rights,
  type Role,
  roleFor,
  ROLES,
} from "./role.ts";
export { COOKIE_AGE, formTokenOf, Sessions } from "./sessions.ts";
export { SessionFile } from "./session_file.ts";
export { SignIn } from "./sign_in.ts";
export { readPasswords } from "./open.ts";
export { PERSON_NAME, readTokens, readUsers, type TokenSettings, type UserSettings } from "./settings.ts";
export { hashToken, newToken } from "./token.ts";
