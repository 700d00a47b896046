/** What the main thread and the recovery thread send each other: one record a signature. */

/** Signed hash 32, `r ‖ s` 64, parity 1. */
export const REQUEST_BYTES = 97
/** 1 if there is an address, else 0; the address 20. */
export const REPLY_BYTES = 21
