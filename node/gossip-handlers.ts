/**
 * What gossip brings and what we bring to gossip, by topic. A handler of ours that fails is our
 * bug and not the peer's: its message is ignored.
 *
 * Spec: docs/spec/network.md, "Gossip".
 */
import type { Logger } from 'pino'
import type { Verdict } from '../p2p/options.ts'
import type { SealedBlock } from './chain/sealed-block.ts'
import { BlockGossip, type BlockGossipModules, type Rest } from './gossip/block-gossip.ts'
import { FinalityGossip } from './gossip/finality-gossip.ts'
import { TransactionGossip, type TransactionGossipModules } from './gossip/transaction-gossip.ts'
import { TransactionOutbox } from './gossip/transaction-outbox.ts'
import { BLOCK_TOPIC, TRANSACTIONS_TOPIC, VOTE_TOPIC } from './sync/protocol.ts'
import { encodeSealedBlock } from './sync/wire.ts'

export type GossipModules = Omit<BlockGossipModules, 'rest'> &
  TransactionGossipModules & {
    readonly network: { pauseReading(): void; resumeReading(): void }
    readonly publish: (topic: string, payload: Uint8Array) => Promise<{ recipients: number }>
  }

export class GossipHandlers {
  readonly finality: FinalityGossip
  readonly #modules: GossipModules
  readonly #blocks: BlockGossip
  readonly #transactions: TransactionGossip
  readonly #outbox: TransactionOutbox
  readonly #log: Logger

  constructor(modules: GossipModules) {
    this.#modules = modules
    this.#log = modules.log
    this.#transactions = new TransactionGossip(modules)
    const { chain, clock } = modules
    this.finality = new FinalityGossip({
      chain,
      clock,
      publish: (topic, payload) => this.#publish(topic, payload),
    })
    this.#blocks = new BlockGossip({ ...modules, rest: this.#rest() })
    this.#outbox = new TransactionOutbox(modules.clock, (message) =>
      this.#publish(TRANSACTIONS_TOPIC, message),
    )
  }

  async onMessage(topic: string, payload: Uint8Array, peerId: string): Promise<Verdict> {
    try {
      if (topic === BLOCK_TOPIC) return this.#blocks.onMessage(payload, peerId)
      if (topic === TRANSACTIONS_TOPIC) return await this.#transactions.onMessage(payload, peerId)
      return (await this.finality.onMessage(topic, payload, peerId)) ?? 'ignore'
    } catch (error) {
      this.#log.error({ err: error, topic }, 'A gossip handler failed')
    }
    return 'ignore'
  }

  /** Votes wait for their turn; what else comes is judged as it comes. */
  isCrowded(topic: string, peerId: string): boolean {
    return topic === VOTE_TOPIC && this.finality.isCrowded(peerId)
  }

  onPeerDisconnected(peerId: string): void {
    this.#transactions.forget(peerId)
    this.finality.onPeerDisconnected(peerId)
  }

  /** A block of ours, with its witness, to everybody. */
  publishBlock(block: SealedBlock): void {
    this.#publish(BLOCK_TOPIC, encodeSealedBlock(block))
  }

  /** A transaction that a caller of ours brought. */
  publishTransaction(raw: Uint8Array): void {
    this.#outbox.add(raw)
  }

  stop(): void {
    this.#outbox.flush()
    this.#blocks.stop()
    this.finality.stop()
  }

  #rest(): Rest {
    const { network } = this.#modules
    return {
      pause: () => {
        network.pauseReading()
        this.finality.pause()
      },
      resume: () => {
        network.resumeReading()
        this.finality.resume()
      },
    }
  }

  #publish(topic: string, payload: Uint8Array): void {
    this.#modules.publish(topic, payload).catch((error: unknown) => {
      this.#log.warn({ err: error, topic, bytes: payload.length }, 'Nothing was published')
    })
  }
}
