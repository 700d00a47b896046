/** Bounds of Otterscan's methods, which look for what no index holds. */

/** The version of the namespace that Otterscan asks for. */
export const API_LEVEL = 8
/** Transactions on a page of a block; more is code -32602. */
export const BLOCK_PAGE_MAX = 255
/** Transactions on a page of a search; more is code -32602, as in Erigon. */
export const SEARCH_PAGE_MAX = 25
/**
 * Blocks that one search looks through. There is no index by address, and a block that calls
 * contracts is executed again to see whom they call; a search that gets no further answers -32005.
 */
export const SEARCH_BLOCKS_MAX = 10_000
