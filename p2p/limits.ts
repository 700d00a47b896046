/**
 * Every limit of the network that an operator does not set: unit in the name, reason beside it, and
 * what happens at the limit. Limits of one topic or one request come with its options.
 */
import { assert } from './errors.ts'

// Connections. A refused connection is closed before it costs a handshake.

/** Inbound peers; static peers come in above it, so that strangers cannot shut them out. */
export const INBOUND_PEERS_MAX = 64
/** All connections, both ways; libp2p refuses further inbound ones. */
export const CONNECTIONS_MAX = 128
/** One peer may hold two (both sides dialed at once); a third is refused. */
export const CONNECTIONS_PER_PEER_MAX = 2
/** From one address that is not loopback: a Sybil pays with addresses. */
export const CONNECTIONS_PER_IP_MAX = 8
/** Inbound sockets a second and address; libp2p's own 5 stops a devnet on one machine. */
export const INBOUND_PER_SECOND_MAX = 16
export const INBOUND_PER_SECOND_ON_LOOPBACK_MAX = 512
/**
 * Strangers let in, from all addresses: each costs some ten milliseconds of a core, and whoever is
 * cut off can come back by another name. Without a place the door is shut before the handshake, for
 * a quarter of a second, and who is honest comes again. The burst is half of those who fit.
 */
export const NEWCOMERS_PER_SECOND_MAX = 4
export const NEWCOMERS_BURST_MAX = 32
/** Handshakes under way, and how long one may take. */
export const HANDSHAKES_MAX = 128
export const HANDSHAKE_TIMEOUT_MS = 5_000
/** A stream names its protocol within this, or is reset. */
export const NEGOTIATION_TIMEOUT_MS = 5_000
/** A connection that has not told who it is by then is cut. */
export const IDENTIFY_TIMEOUT_MS = 10_000
export const DIAL_TIMEOUT_MS = 5_000
export const HANG_UP_TIMEOUT_MS = 1_000
/** Streams of one connection, each way; further ones are reset. */
export const STREAMS_PER_CONNECTION_MAX = 256

// Bytes in flight. Windows bound what a peer can push, buffers what we hold for a slow one.

/** What a peer may send on one stream before we have read: yamux's window at its widest. */
export const STREAM_WINDOW_BYTES_MAX = 1_048_576
/** Unread bytes of one stream; at the limit it is reset. A paused stream holds a window at most. */
export const READ_BUFFER_BYTES_MAX = 4_194_304
/** Unsent gossip for one peer; at the limit the stream is reset, the watchdog hangs up. */
export const GOSSIP_UNSENT_BYTES_MAX = 8_388_608
/**
 * A pause in reading from all peers, for the import of a block. Most imports end before; the rest
 * of a longer one runs between what comes, and a large block on its way out waits no longer.
 */
export const READING_PAUSE_MS_MAX = 50

// Gossip.

/** Room in one RPC beside its largest message: five topics of 5,000 announced ids fit. */
export const GOSSIP_CONTROL_BYTES_MAX = 786_432
/** Answer to one IWANT; ids beyond it are asked for again, from us or from others. */
export const IWANT_REPLY_BYTES_MAX = 4_194_304
export const HEARTBEAT_MS = 1_000
/** Heartbeats a message stays for IWANT; a verdict that takes longer no longer forwards. */
export const MESSAGE_CACHE_HEARTBEATS = 6
/** Heartbeats a message is announced to peers outside the mesh. */
export const ANNOUNCE_HEARTBEATS = 3
/**
 * How long an id counts as seen. Long enough for duplicates on slow links, short enough that a vote
 * published again (consensus.md 3: every E/2 blocks) gets through, and that IGNORE is not for ever.
 */
export const SEEN_MS = 12_000
/** Messages and bytes of one peer awaiting a verdict; beyond it: ignored, and counted. */
export const UNJUDGED_MESSAGES_PER_PEER_MAX = 512
export const UNJUDGED_BYTES_PER_PEER_MAX = 16_777_216
/** The same of all peers together. */
export const UNJUDGED_MESSAGES_MAX = 4_096
export const UNJUDGED_BYTES_MAX = 67_108_864
/** RPCs of one peer, twice what a full pool sends singly; beyond it dropped and charged. */
export const RPC_PER_SECOND_MAX = 2_000
export const RPC_BURST_MAX = 16_384
/**
 * Bytes of gossip of one peer, whatever they are: some blocks of a megabyte a second, for an RPC
 * that can't be decoded costs as much as one that can. Above that its stream is not read for a
 * while, and the sender has to wait; the burst is what each new name has.
 */
export const RPC_BYTES_PER_SECOND_MAX = 4_194_304
export const RPC_BYTES_BURST_MAX = 4_194_304
/**
 * Pieces in which one RPC may arrive: each is an object while the RPC is not whole, and a peer that
 * sends single bytes would have us keep millions. An honest megabyte comes in some thousands.
 */
export const PIECES_PER_RPC_MAX = 16_384
/** Subscription changes of one peer: an honest one sends each topic once. */
export const SUBSCRIPTION_CHANGES_PER_SECOND_MAX = 2
export const SUBSCRIPTION_CHANGES_BURST_MAX = 128
/** Repeated fields of one RPC; an RPC above one of them is not decoded. */
export const RPC_MESSAGES_MAX = 1_024
export const RPC_CONTROL_MESSAGES_MAX = 64

// Requests.

/** Streams of one protocol on one connection, each way. */
export const REQUESTS_PER_PEER_MAX = 32
/** Requests being answered; beyond it the answer is "unavailable". One that still comes is none. */
export const REQUESTS_IN_FLIGHT_MAX = 128
/** Of one peer even beyond that: a few that read slowly must not leave the others without any. */
export const REQUESTS_IN_FLIGHT_ALWAYS = 2
/** The same for one peer, over all protocols: one that reads slowly must not hold every place. */
export const REQUESTS_IN_FLIGHT_PER_PEER_MAX = 32
export const REQUEST_READ_TIMEOUT_MS = 5_000
export const FIRST_BYTE_TIMEOUT_MS = 5_000
export const CHUNK_TIMEOUT_MS = 10_000
/** A chunk is withheld no longer than this for want of tokens; then: "unavailable". */
export const WITHHOLD_MS_MAX = 4_000
/** The global bucket of a request is so many times a peer's. */
export const GLOBAL_TOKENS_FACTOR = 8

// Peers.

/** Remembered peers; the one that served longest ago goes first. */
export const PEER_RECORDS_MAX = 1_024
export const ADDRESSES_PER_PEER_MAX = 4
/** Stored peers are dialed only below this many connected ones; static peers always. */
export const PEERS_TARGET = 24
export const DIALS_IN_FLIGHT_MAX = 8
/** A stored peer that failed so often in a row is forgotten. */
export const DIAL_FAILURES_MAX = 12
export const REDIAL_TICK_MS = 250
export const STATIC_REDIAL_MS_MIN = 500
export const STATIC_REDIAL_MS_MAX = 8_000
export const STORED_REDIAL_MS_MIN = 2_000
export const STORED_REDIAL_MS_MAX = 300_000
export const WATCHDOG_TICK_MS = 3_000
/** Ticks that a connected peer may be missing from gossip before it is hung up. */
export const DEAF_TICKS_MAX = 2
/** Every so many ticks a peer is pinged; silent for so long, it is hung up. */
export const PING_EVERY_TICKS = 5
export const PING_TIMEOUT_MS = 10_000
export const SILENCE_MS_MAX = 60_000
/** Every so many ticks what libp2p remembers of strangers is dropped. */
export const HOUSEKEEPING_EVERY_TICKS = 20

assert(INBOUND_PEERS_MAX < CONNECTIONS_MAX, 'static and dialed peers need room above inbound ones')
assert(2 * NEWCOMERS_BURST_MAX <= INBOUND_PEERS_MAX, 'a burst does not fill the node')
assert(STREAM_WINDOW_BYTES_MAX * 2 <= READ_BUFFER_BYTES_MAX, 'a window must fit the read buffer')
assert(IWANT_REPLY_BYTES_MAX <= RPC_BYTES_BURST_MAX, 'an IWANT answer is read at once')
assert(IWANT_REPLY_BYTES_MAX < GOSSIP_UNSENT_BYTES_MAX, 'an IWANT answer must fit the send buffer')
assert(ANNOUNCE_HEARTBEATS <= MESSAGE_CACHE_HEARTBEATS, 'what is announced must be at hand')
assert(SEEN_MS > MESSAGE_CACHE_HEARTBEATS * HEARTBEAT_MS, 'an announced id must still be seen')
assert(
  REQUESTS_IN_FLIGHT_PER_PEER_MAX < REQUESTS_IN_FLIGHT_MAX,
  'one peer leaves places for the others',
)
assert(WITHHOLD_MS_MAX < FIRST_BYTE_TIMEOUT_MS, 'a withheld first chunk must not time out')
assert(WITHHOLD_MS_MAX < CHUNK_TIMEOUT_MS, 'a withheld chunk must not time out')
