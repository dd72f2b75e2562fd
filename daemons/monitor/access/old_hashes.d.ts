/** What is used of two packages that have no types, or not these. */

/**
 * Hashes a password as `htpasswd -d` does; only its first eight letters count.
 *
 * @param like A hash, or the two letters of its salt.
 */
export default function hash(password: string, like: string): string;
