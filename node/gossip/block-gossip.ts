/**
 * Blocks by gossip: what is checked before a block is handed on, cheapest first. Execution comes
 * after: a header with its proof is dear enough to make that nobody floods the network with them.
 *
 * Spec: docs/spec/network.md, "Gossip" (G1-G12).
 */
import type { Logger } from 'pino'
import { BlockCodecError } from '../../consensus/codec/block-codec.ts'
import { CodedError } from '../../consensus/errors.ts'
import { faultVerdict } from '../../consensus/rules/gossip-verdict.ts'
import { SIBLINGS_MAX } from '../../consensus/tree/block-tree.ts'
import type { Verdict } from '../../p2p/options.ts'
import type { Chain } from '../chain/chain.ts'
import type { Fault } from '../chain/import/block-fault.ts'
import { bodyFault } from '../chain/import/body-check.ts'
import type { SealedBlock } from '../chain/sealed-block.ts'
import type { Clock } from '../ports.ts'
import type { SyncNetwork } from '../sync/requests.ts'
import type { Sync } from '../sync/sync.ts'
import { decodeSealedBlock } from '../sync/wire.ts'
import { FutureBlocks } from './future-blocks.ts'

/** What can wait while a block of gossip is imported: everything else that peers send. */
export type Rest = { pause(): void; resume(): void }

export type BlockGossipModules = {
  readonly chain: Chain
  readonly sync: Sync
  readonly network: Pick<SyncNetwork, 'ban'>
  readonly rest: Rest
  readonly clock: Clock
  readonly log: Logger
}

export class BlockGossip {
  readonly #modules: BlockGossipModules
  readonly #future: FutureBlocks
  #imports = 0

  constructor(modules: BlockGossipModules) {
    this.#modules = modules
    this.#future = new FutureBlocks(modules.clock, (block, peerId) => this.#onDue(block, peerId))
  }

  stop(): void {
    this.#future.clear()
  }

  onMessage(payload: Uint8Array, peerId: string): Verdict {
    // G1: well-formed. A copy, because a block outlives the message that it came in.
    const block = this.#decode(payload.slice(), peerId)
    return block === undefined ? 'reject' : this.#take(block, peerId)
  }

  #decode(payload: Uint8Array, peerId: string): SealedBlock | undefined {
    try {
      return decodeSealedBlock(payload)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      if (error instanceof BlockCodecError && faultVerdict(error.type.code).action === 'ban') {
        this.#modules.network.ban(peerId, error.type.code)
      }
      return undefined
    }
  }

  #take(block: SealedBlock, peerId: string): Verdict {
    const { chain, sync, clock } = this.#modules
    const { hash, header } = block
    const { tree } = chain
    sync.peers.sawBlock(peerId, hash, header.number)
    // G2: above what is final.
    if (header.number <= tree.finalized.number) return 'ignore'
    // G3: held already, whatever the proof beside this copy.
    if (chain.isHeld(hash)) return 'ignore'
    // G5: one search can find many siblings. Before G4, which would verify another one.
    const isKnown = tree.get(hash) !== undefined
    const siblings = tree.siblingCount(header.parentHash, header.coinbase)
    if (!isKnown && siblings >= SIBLINGS_MAX) return 'ignore'
    // G4, G6 to G9.
    const outcome = chain.headers.check(block, clock.now())
    switch (outcome.kind) {
      case 'future':
        if (!outcome.isFar) this.#future.add(block, peerId)
        return 'ignore'
      case 'unknown-parent':
        sync.onOrphan(block, peerId)
        return 'ignore'
      case 'too-old':
      case 'full':
        return 'ignore'
      case 'invalid':
        return this.#refuse(outcome, peerId)
      case 'verified':
        return this.#takeVerified(block, peerId)
    }
  }

  /** Called by a timer: a bug of ours in here must not end the process. */
  #onDue(block: SealedBlock, peerId: string): void {
    try {
      this.#take(block, peerId)
    } catch (error) {
      this.#modules.log.error({ err: error, hash: block.hash }, 'A block that came due failed')
    }
  }

  #takeVerified(block: SealedBlock, peerId: string): Verdict {
    // G10: the header's own body, or honest nodes would pay for passing on another.
    const fault = bodyFault(block)
    if (fault !== undefined) {
      if (fault.condemns === 'header') this.#modules.chain.headers.markInvalid(block.hash)
      return this.#refuse(fault, peerId)
    }
    // G11: handed on first, executed after.
    void this.#import(block, peerId)
    return 'accept'
  }

  /** What an honest node may have passed on, not knowing yet, is not held against it. */
  #refuse({ action, code }: Fault, peerId: string): Verdict {
    if (action === 'none') return 'ignore'
    if (action === 'ban') this.#modules.network.ban(peerId, code)
    return 'reject'
  }

  async #import(block: SealedBlock, peerId: string): Promise<void> {
    const { chain, sync, clock, log, rest } = this.#modules
    this.#imports += 1
    try {
      // G12: a flood between the steps of an import would make the head late.
      if (this.#imports === 1) rest.pause()
      await clock.giveWay()
      const outcome = await chain.importBlock(block, 'gossip')
      if (outcome.kind === 'unknown-parent') sync.onOrphan(block, peerId)
      else sync.onRefused(peerId, outcome)
    } catch (error) {
      log.warn({ err: error, hash: block.hash }, 'A gossiped block was not imported')
    } finally {
      this.#imports -= 1
      if (this.#imports === 0) rest.resume()
    }
  }
}
