/**
 * Real chains on real databases, and blocks for them that are executed, sealed by the reference
 * search and valid on any node: shape T0, so that a block takes milliseconds.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { sealHash } from '../../consensus/codec/header-codec.ts'
import type { Address, Hash, Header } from '../../consensus/types.ts'
import type { Genesis } from '../../genesis/genesis-file.ts'
import { Chain } from '../../node/chain/chain.ts'
import type { ImportOutcome } from '../../node/chain/import/import-outcome.ts'
import type { SealedBlock } from '../../node/chain/sealed-block.ts'
import { decodeTransaction } from '../../node/crypto/decode-transaction.ts'
import { SenderRecovery } from '../../node/crypto/sender-recovery.ts'
import { type Clock, systemClock } from '../../node/ports.ts'
import { sealWithTile, type Template, TemplateBuilder } from '../../node/sealer/template.ts'
import { Database, type KeyValueStore } from '../../node/storage/database.ts'
import type { SignedTransaction } from '../../node/transaction.ts'
import { SILENT, searchReference, TEST_COINBASE, testGenesis } from './seal-reference.ts'

export { SILENT, searchReference, TEST_COINBASE, testGenesis } from './seal-reference.ts'

export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'hanzo-test-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

let recovery: SenderRecovery | undefined

/** One thread for all chains of a test process; it does not keep the process alive. */
export function testRecovery(): SenderRecovery {
  recovery ??= SenderRecovery.start()
  return recovery
}

export type TestChainOptions = {
  readonly directory?: string
  readonly genesis?: Genesis
  readonly exclude?: readonly Hash[]
  readonly joinFork?: Hash
  readonly clock?: Clock
  /** Between the chain and its database. */
  readonly wrap?: (store: KeyValueStore) => KeyValueStore
  readonly recoverStore?: () => Promise<void>
}

export type SealPlan = {
  readonly parent?: Hash
  readonly timestamp?: bigint
  readonly coinbase?: Address
  readonly transactions?: readonly SignedTransaction[]
}

/** A chain with its database, which closes when the test ends. */
export class TestChain {
  readonly chain: Chain
  readonly database: Database
  readonly directory: string
  readonly #templates: TemplateBuilder
  #isClosed = false

  private constructor(chain: Chain, database: Database, directory: string, clock: Clock) {
    this.chain = chain
    this.database = database
    this.directory = directory
    this.#templates = new TemplateBuilder({
      chain,
      clock,
      candidates: () => [],
      poolSettled: async () => undefined,
      onRefused: () => undefined,
    })
  }

  static async open(options: TestChainOptions = {}): Promise<TestChain> {
    const directory = options.directory ?? (await temporaryDirectory())
    const clock = options.clock ?? systemClock
    const database = await Database.open(directory)
    const chain = await Chain.open(
      {
        genesis: options.genesis ?? (await testGenesis()),
        path: directory,
        exclude: options.exclude ?? [],
        joinFork: options.joinFork,
      },
      {
        store: options.wrap?.(database) ?? database,
        recoverStore: options.recoverStore ?? (() => database.recover()),
        recovery: testRecovery(),
        clock,
        log: SILENT,
      },
    )
    const opened = new TestChain(chain, database, directory, clock)
    onTestFinished(() => opened.close())
    return opened
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.chain.close()
    await this.database.close()
  }

  /** A valid block on any executed block, not imported. */
  async seal(plan: SealPlan = {}): Promise<SealedBlock> {
    const template = await this.build(plan)
    return sealWithTile(template, searchReference(template.search))
  }

  /** A block whose header says something else than what execution gave, under a good proof. */
  async sealLie(changes: Partial<Header>, plan: SealPlan = {}): Promise<SealedBlock> {
    const template = await this.build(plan)
    const header = { ...template.built.header, ...changes }
    const search = { ...template.search, sealHash: sealHash(header) }
    const lie = { ...template, built: { ...template.built, header }, search }
    return sealWithTile(lie, searchReference(search))
  }

  build(plan: SealPlan = {}): Promise<Template> {
    const parent = plan.parent ?? this.chain.head.hash
    const parentTime = this.chain.tree.get(parent)?.timestamp ?? 0n
    return this.#templates.build({
      coinbase: plan.coinbase ?? TEST_COINBASE,
      timestamp: plan.timestamp ?? parentTime + 1n,
      parentHash: parent,
      candidates: plan.transactions ?? [],
    })
  }

  /** Transactions with their senders, all of them valid. */
  signed(raws: readonly Uint8Array[]): SignedTransaction[] {
    return raws.map((raw) => decodeTransaction(raw, this.chain.common))
  }

  import(block: SealedBlock): Promise<ImportOutcome> {
    return this.chain.importBlock(block, 'gossip')
  }

  /** Seals and imports `count` blocks one on the other; returns them. */
  async extend(count: number, plan: SealPlan = {}): Promise<SealedBlock[]> {
    const blocks: SealedBlock[] = []
    let parent = plan.parent ?? this.chain.head.hash
    for (let i = 0; i < count; i++) {
      const block = await this.seal({ ...plan, parent })
      const outcome = await this.import(block)
      if (outcome.kind !== 'imported') throw new Error(`not imported: ${JSON.stringify(outcome)}`)
      blocks.push(block)
      parent = block.hash
    }
    return blocks
  }
}
