/**
 * What an operator may set of a node, and the defaults. The one file of `node` that looks at the
 * environment; flags are read by the commands.
 */
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { RecoverSigner } from '../consensus/finality/types.ts'
import type { Address, Hash, Hex } from '../consensus/types.ts'
import type { Genesis } from '../genesis/genesis-file.ts'
import type { BackendMode, ProofBackend } from '../gpu/backend.ts'
import type { NetworkTiming } from '../p2p/options.ts'
import type { ExecutorOpener } from './chain/chain-types.ts'
import type { ProofVerifier } from './chain/header/check-header.ts'
import type { Recovery } from './crypto/sender-recovery.ts'
import type { NetworkOpener } from './peer-services.ts'
import type { Clock, Rng } from './ports.ts'
import type { Pace } from './sealer/pace.ts'
import type { Disk } from './storage/disk.ts'

export type P2pOptions = {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** Multiaddrs that end in /p2p/<peer id>; our own is skipped. */
  readonly bootnodes: readonly string[]
  /** Periods and patience; tests shorten them. */
  readonly timing?: Partial<NetworkTiming>
}

export type SealOptions = {
  readonly pace: Pace
  readonly gpu: BackendMode
  /** Share of the time spent searching, 1 to 100. */
  readonly dutyPercent: number
  /** Where drivers and the choice of kernel are kept; {@link defaultCacheDirectory} if not set. */
  readonly cacheDir?: string
  /** Blocks begin with the certificate that their chain lacks; needs a voting key with coins. */
  readonly certify?: boolean
}

export type NodeOptions = {
  readonly genesis: Genesis
  /** Made if it is not there. */
  readonly dataDir: string
  readonly log: Logger
  /** undefined: a chain of one node. */
  readonly p2p?: P2pOptions
  /** undefined: follows the chain and makes no blocks of its own. */
  readonly seal?: SealOptions
  /** Where the rewards of our blocks go; of the zero address if not set. */
  readonly coinbase?: Address
  /** The voting key of a validator, 32 bytes; without it the node follows and does not vote. */
  readonly votingKey?: Hex
  /** Blocks never to be followed: the operator's way out of a chain that is wrong. */
  readonly exclude?: readonly Hash[]
  /** A certified checkpoint to follow after a safety fault, whatever was certified here before. */
  readonly joinFork?: Hash
  /** Votes, after two epochs, though the record of signed votes was lost or restored. */
  readonly voteAfterRestore?: boolean
  /** A developer may write the state, move time and take blocks back: docs/dev-rpc.md. */
  readonly devControls?: boolean
  /** Counts go here; nothing is counted without it. */
  readonly registry?: Registry
  /** What `web3_clientVersion` says. */
  readonly clientVersion?: string
  readonly ports?: NodePorts
}

/** What tests and the simulator put in place of the machine. */
export type NodePorts = {
  readonly clock?: Clock
  readonly rng?: Rng
  /** Searches in place of one that the node opens, and is not closed by it. */
  readonly backend?: ProofBackend
  readonly disk?: Disk
  /** Recovers senders; closed with the node. */
  readonly openRecovery?: () => Recovery
  readonly openNetwork?: NetworkOpener
  readonly openExecutor?: ExecutorOpener
  readonly verifyProof?: ProofVerifier
  /** Who signed a vote. */
  readonly recoverSigner?: RecoverSigner
}

export const DEFAULT_CLIENT_VERSION = `hanzo/v0.1.0/${process.platform}-${process.arch}/node${process.versions.node}`

export const ZERO_COINBASE: Address = `0x${'00'.repeat(20)}`

/** Drivers and measurements of this machine; several nodes may share it. */
export function defaultCacheDirectory(): string {
  return process.env['HANZO_CACHE_DIR'] ?? join(homedir(), '.cache', 'hanzo')
}
