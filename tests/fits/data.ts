/** Where the files are that astropy and fpack made. */

/** The folder. */
export const DATA = new URL("./data", import.meta.url).pathname;
