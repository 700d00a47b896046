/**
 * One run of range sync towards one peer's chain: the common ancestor, then headers with proofs,
 * each verified before it counts, while {@link BodySync} fetches and imports what they announce.
 *
 * Spec: docs/spec/network.md, S2, S3.
 */
import { CodedError } from '../../../consensus/errors.ts'
import type { PeerAction } from '../../../consensus/rules/gossip-verdict.ts'
import type { Hash } from '../../../consensus/types.ts'
import type { Chain } from '../../chain/chain.ts'
import type { HeaderOutcome } from '../../chain/header/check-header.ts'
import type { SealedHeader } from '../../chain/sealed-block.ts'
import type { Clock } from '../../ports.ts'
import { REQUEST_LIMITS } from '../protocol.ts'
import type { SyncRequests } from '../requests.ts'
import { BodySync, PROGRESS_MS_MAX } from './body-sync.ts'
import { type Ancestor, findCommonAncestor } from './common-ancestor.ts'
import { PeerHeaders } from './peer-headers.ts'

/** Headers verified before everything else gets a turn: a few milliseconds of work. */
const HEADERS_PER_TURN = 8

export type RangeSyncOptions = {
  /** The peer whose chain is followed, and the number that it claims to have. */
  readonly peerId: string
  readonly headNumber: bigint
  /** Others that may serve bodies. */
  readonly peerIds: () => readonly string[]
  /** A certified checkpoint of the peer's chain: worth following whatever the work. */
  readonly certified?: Hash | undefined
}

export type RangeSyncModules = {
  readonly chain: Chain
  readonly requests: SyncRequests
  readonly clock: Clock
}

/** What the headers of a peer came to. */
type Pumped = {
  readonly work: bigint
  /** Ended by a header ahead of our clock: there is more, to come later. */
  readonly isEarly: boolean
}

/**
 * Follows the peer's chain to its end. False: it brought no work, but our own head moved meanwhile
 * and may hold all that was claimed. Throws a coded error that tells whose fault it was.
 */
export async function runRangeSync(
  options: RangeSyncOptions,
  modules: RangeSyncModules,
  signal: AbortSignal,
): Promise<boolean> {
  const startWork = modules.chain.tree.head().totalDifficulty
  const peer = new PeerHeaders(options.peerId, modules.requests)
  const ancestor = await ancestorWith(peer, options, modules, signal)
  const bodies = new BodySync({ ...modules, peerIds: options.peerIds })
  const failed = new AbortController()
  const either = AbortSignal.any([signal, failed.signal])
  const abortOthers = (error: unknown): never => {
    failed.abort()
    throw error
  }
  const headers = pumpHeaders(peer, ancestor, modules, bodies, either)
  const [{ work, isEarly }] = await Promise.all([
    headers.catch(abortOthers),
    bodies.run(either).catch(abortOthers),
  ])
  signal.throwIfAborted()
  const { certified } = options
  if (certified !== undefined && modules.chain.tree.get(certified) !== undefined) return true
  if (work > startWork) return true
  if (isEarly) throw new RangeSyncError({ code: 'HEADER_NOT_USABLE', outcome: 'future' })
  if (modules.chain.tree.head().totalDifficulty > startWork) return false
  throw new RangeSyncError({ code: 'CLAIM_FALSE', work })
}

/** With a limit for all of its questions: each alone may take as long as a request may. */
async function ancestorWith(
  peer: PeerHeaders,
  options: RangeSyncOptions,
  modules: RangeSyncModules,
  signal: AbortSignal,
): Promise<Ancestor> {
  const late = new AbortController()
  const cancel = modules.clock.setTimer(PROGRESS_MS_MAX, () => late.abort())
  try {
    return await searchAncestor(peer, options, modules, AbortSignal.any([signal, late.signal]))
  } catch (error) {
    if (late.signal.aborted && !signal.aborted) throw new RangeSyncError({ code: 'TOO_SLOW' })
    throw error
  } finally {
    cancel()
  }
}

async function searchAncestor(
  peer: PeerHeaders,
  { headNumber }: RangeSyncOptions,
  { chain }: RangeSyncModules,
  signal: AbortSignal,
): Promise<Ancestor> {
  const { tree } = chain
  const head = tree.head().number
  const ancestor = await findCommonAncestor({
    from: headNumber < head ? headNumber : head,
    lowest: tree.root.number,
    hashAt: async (number) => (await peer.from(number, 1, signal))[0]?.hash,
    isExecuted: (hash) => tree.get(hash)?.status === 'executed',
  })
  if (ancestor === undefined) throw new RangeSyncError({ code: 'NO_COMMON_ANCESTOR' })
  return ancestor
}

/** Fetches and verifies headers until the peer has no more that our clock lets in. */
async function pumpHeaders(
  peer: PeerHeaders,
  ancestor: Ancestor,
  { chain, clock }: RangeSyncModules,
  bodies: BodySync,
  signal: AbortSignal,
): Promise<Pumped> {
  const count = REQUEST_LIMITS.headers_by_range.itemsMax
  let work = 0n
  let isEarly = false
  for (let first = ancestor.number + 1n; !signal.aborted && !isEarly; ) {
    const headers = await peer.from(first, count, signal)
    if (headers.length === 0) break
    let usable = 0
    for (const sealed of headers) {
      const reached = verifiedWork(sealed, chain, clock)
      isEarly = reached === undefined
      if (reached === undefined) break
      work = reached
      usable += 1
      if (usable % HEADERS_PER_TURN === 0) await clock.giveWay()
    }
    const wanted = headers
      .slice(0, usable)
      .filter(({ hash }) => chain.tree.get(hash)?.status === 'verified')
    await bodies.push(
      wanted.map(({ hash, header }) => ({ hash, number: header.number })),
      signal,
    )
    first += BigInt(headers.length)
  }
  bodies.complete()
  return { work, isEarly }
}

/** Enters the header into the tree; its total difficulty, or undefined if it is too early. */
function verifiedWork(sealed: SealedHeader, chain: Chain, clock: Clock): bigint | undefined {
  const outcome: HeaderOutcome = chain.headers.check(sealed, clock.now())
  if (outcome.kind === 'verified') return outcome.node.totalDifficulty
  // Our clock may be the late one: what came before it is good all the same.
  if (outcome.kind === 'future') return undefined
  if (outcome.kind === 'invalid') {
    throw new RangeSyncError({ code: 'BAD_HEADER', fault: outcome.code, action: outcome.action })
  }
  throw new RangeSyncError({ code: 'HEADER_NOT_USABLE', outcome: outcome.kind })
}

export type RangeSyncErrorType =
  /** The peer shares nothing with us within the window: its chain can't be attached. */
  | { readonly code: 'NO_COMMON_ANCESTOR' }
  /** No common ancestor within the time that a whole run may go without a block. */
  | { readonly code: 'TOO_SLOW' }
  /** A header that breaks a rule, or a proof that fails: whoever serves it has not checked it. */
  | { readonly code: 'BAD_HEADER'; readonly fault: string; readonly action: PeerAction }
  /** Early, or of a branch that left the tree meanwhile: nobody's fault. */
  | { readonly code: 'HEADER_NOT_USABLE'; readonly outcome: string }
  /** What headers there were outweigh nothing: the claim was made up, or the answer cut short. */
  | { readonly code: 'CLAIM_FALSE'; readonly work: bigint }

export class RangeSyncError extends CodedError<RangeSyncErrorType> {}
