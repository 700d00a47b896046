/**
 * Files of the official suite that are known to fail, each with its reason. The suite fails on a
 * file that is not here, and on one that is here and passes: the list never goes stale.
 */

export const KNOWN_FAILURES: Readonly<Record<string, string>> = {}
