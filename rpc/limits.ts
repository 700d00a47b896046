/**
 * Every bound of the JSON-RPC server, in one place: what it is, why it is that, and what a client
 * sees at the limit. Spec: docs/spec/interface.md, "JSON-RPC".
 */
import { assert } from '../consensus/errors.ts'

/** A request body or WebSocket message; beyond it HTTP answers 413, a WebSocket closes (1009). */
export const BODY_BYTES_MAX = 5 * 1024 * 1024
/**
 * Brackets and commas of one message; beyond it code -32005. Five megabytes of `[` hold the event
 * loop for a second and a half, as many of hex digits for a few milliseconds.
 */
export const JSON_TOKENS_MAX = 131_072
/** Requests in a batch; a longer batch is refused whole, code -32005. */
export const BATCH_ITEMS_MAX = 100
/** Others have a turn between two items of a batch once it has held the thread for so long. */
export const BATCH_TURN_MS = 10
/** The text of one answer; the item that does not fit and all after it answer code -32005. */
export const ANSWER_BYTES_MAX = 25_000_000

/** Characters of blocks that are kept as text, and as many of receipts; the oldest give way. */
export const KEPT_TEXT_CHARS_MAX = 16 * 1024 * 1024

/** Logs in one answer of `eth_getLogs`; more is code -32005. */
export const LOGS_MAX = 10_000
/** Blocks whose receipts one `eth_getLogs` reads; more is code -32005. */
export const LOG_BLOCKS_MAX = 20_000
/** Headers read at once, and between two turns of others, by one `eth_getLogs`. */
export const LOG_QUERY_BLOCKS = 64
/** Addresses, and alternatives at one topic position, in one filter; more is code -32602. */
export const FILTER_ALTERNATIVES_MAX = 1_000
/** Positions of the EVM's LOG4. */
export const TOPICS_MAX = 4

/** Filters of one client address; the next is refused with code -32005. */
export const FILTERS_PER_CLIENT_MAX = 100
/** Filters of all clients: what a scan of addresses may cost in memory. */
export const FILTERS_MAX = 10_000
/** A filter that nobody polls for this long is forgotten, as in geth. */
export const FILTER_IDLE_MS = 5 * 60_000
/** Block changes a filter may lag behind the head; one that lags further is forgotten. */
export const BLOCK_CHANGES_KEPT = 16_384
/** Pending transactions a filter may lag behind the pool; one that lags further is forgotten. */
export const PENDING_HASHES_KEPT = 65_536

/** Subscriptions of one WebSocket; the next is refused with code -32005. */
export const SUBSCRIPTIONS_PER_SOCKET_MAX = 16
/** Messages held for a subscription whose id has not reached its client yet; then it is closed. */
export const NOTICES_HELD_MAX = 1_024
/** Bytes waiting for a slow WebSocket reader; one more message and the socket is dropped. */
export const SOCKET_BUFFER_BYTES_MAX = 32 * 1024 * 1024
/** Unread bytes of all clients: beyond it HTTP answers 503, and a WebSocket is dropped. */
export const BACKLOG_BYTES_MAX = 256 * 1024 * 1024
/** Unread bytes that every client may have, whatever the others leave. */
export const BACKLOG_FREE_BYTES = 32 * 1024
/** Requests of one WebSocket in progress; reading pauses until one is answered. */
export const SOCKET_REQUESTS_MAX = 256
/** Bytes of these requests; reading pauses until one is answered. */
export const SOCKET_REQUEST_BYTES_MAX = 8 * 1024 * 1024
/** WebSockets at once, a few KB of memory each; the next upgrade answers 503. */
export const SOCKETS_MAX = 5_120
/** Connections of any kind, as far as the system has descriptors; the next is closed at once. */
export const CONNECTIONS_MAX = 6_144
/** A WebSocket that does not answer a ping within this time is dead. */
export const SOCKET_PING_MS = 30_000
/** A client has this long to send its whole HTTP request. */
export const REQUEST_TIMEOUT_MS = 30_000
/** An HTTP connection on which nothing moves is cut, be it that its answer is not read. */
export const STALLED_MS = 120_000
/** Idle HTTP connections stay open longer than the 60 s of usual proxies and client pools. */
export const KEEP_ALIVE_MS = 65_000

/** Blocks in one `eth_feeHistory`; a larger count is cut to it, as in geth. */
export const FEE_HISTORY_BLOCKS_MAX = 1_024
/** Percentiles in one `eth_feeHistory`; more is code -32602. */
export const FEE_PERCENTILES_MAX = 100
/** Slots in one `eth_getProof`; more is code -32602. */
export const PROOF_SLOTS_MAX = 1_024
/** Slots of one `eth_getStorageValues`, of all accounts together; more is code -32602. */
export const STORAGE_VALUES_MAX = 1_024
/** Accounts in one state override; more is code -32602. */
export const OVERRIDE_ACCOUNTS_MAX = 1_024
/** Entries of an access list, an authorization list or an override's slots; more is code -32602. */
export const LIST_ITEMS_MAX = 4_096
/** Types of one `eth_signTypedData_v4`; more is code -32602. */
export const STRUCT_TYPES_MAX = 256
/**
 * Members that its hash is made of, of types and of values; more is code -32602. A type of many
 * members and a list of many empty values are short as JSON, and their product is not.
 */
export const TYPED_MEMBERS_MAX = 32_768
/** `eth_sendTransaction` calls that wait for a nonce; the next is refused with code -32005. */
export const SENDS_WAITING_MAX = 1_000
/** `eth_sendRawTransactionSync` calls that wait at once; the next is refused with code -32005. */
export const RECEIPTS_WAITING_MAX = 1_024
/** How long `eth_sendRawTransactionSync` waits unless told otherwise, and at most. */
export const RECEIPT_WAIT_MS = 20_000
export const RECEIPT_WAIT_MS_MAX = 60_000
/** Peers named in one `hanzo_partition`. */
export const PARTITION_PEERS_MAX = 256
/** Characters of a client's own input that an error message repeats. */
export const ECHO_CHARS_MAX = 80
/** Characters of the sentence about a wrong parameter; a longer one is cut. */
export const MESSAGE_CHARS_MAX = 400

assert(SOCKET_BUFFER_BYTES_MAX > ANSWER_BYTES_MAX, 'one answer at its limit fits the buffer')
assert(SOCKET_REQUEST_BYTES_MAX > BODY_BYTES_MAX, 'the longest request may be asked alone')
assert(BACKLOG_BYTES_MAX > SOCKET_BUFFER_BYTES_MAX, 'one slow reader does not stop the others')
assert(SOCKETS_MAX * BACKLOG_FREE_BYTES < BACKLOG_BYTES_MAX, 'all clients at once stay bounded')
assert(SOCKETS_MAX < CONNECTIONS_MAX, 'HTTP has room beside the WebSockets')
assert(STALLED_MS > RECEIPT_WAIT_MS_MAX, 'a connection that waits for a receipt is not cut')
assert(FILTERS_PER_CLIENT_MAX <= FILTERS_MAX, 'a client may have its filters')
assert(ECHO_CHARS_MAX < MESSAGE_CHARS_MAX, 'what is repeated leaves room for why')
assert(RECEIPT_WAIT_MS <= RECEIPT_WAIT_MS_MAX, 'the default wait is allowed')
