/** Hashes of old password files, to read them with. @module */
// @ts-types="./old_hashes.d.ts"
export { default as apr1 } from "npm:apache-md5@1.1.8";
// @ts-types="./old_hashes.d.ts"
export { default as desCrypt } from "npm:unix-crypt-td-js@1.1.4";
