/** A chain as the importer writes it, one batch a block, on any store. */
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import type { Hash } from '../../../../consensus/types.ts'
import type { Genesis } from '../../../../genesis/genesis-file.ts'
import { keccak256 } from '../../../../gpu/reference/keccak.ts'
import { decodeTransaction } from '../../../../node/crypto/decode-transaction.ts'
import type { BlockSummary } from '../../../../node/events.ts'
import { StateStore } from '../../../../node/state/state-store.ts'
import { BlockStore } from '../../../../node/storage/block-store.ts'
import { CommitLog } from '../../../../node/storage/boot/commit-log.ts'
import { stageGenesis } from '../../../../node/storage/boot/identity.ts'
import { type KeyValueStore, WriteBatch } from '../../../../node/storage/database.ts'
import { key } from '../../../../node/storage/keys.ts'
import { addressOf, TEST_COMMON } from '../../../support/made-transactions.ts'
import { GENESIS_BLOCK, hashOf, type MadeBlock } from './made-chain.ts'

export const decodeStored = (raw: Uint8Array) =>
  decodeTransaction(raw, TEST_COMMON, addressOf(0)).tx

export class TestChain {
  readonly store: KeyValueStore
  readonly blocks: BlockStore
  readonly commits: CommitLog

  private constructor(store: KeyValueStore, blocks: BlockStore, commits: CommitLog) {
    this.store = store
    this.blocks = blocks
    this.commits = commits
  }

  static async open(store: KeyValueStore): Promise<TestChain> {
    const blocks = await BlockStore.open({ store, decodeTransaction: decodeStored })
    return new TestChain(store, blocks, await CommitLog.open(store))
  }

  /** Opens a store and puts block 0 in. */
  static async create(store: KeyValueStore): Promise<TestChain> {
    const chain = await TestChain.open(store)
    const { header, hash } = GENESIS_BLOCK.summary
    const batch = new WriteBatch()
    chain.blocks.stageBlock(batch, GENESIS_BLOCK)
    await chain.blocks.stageCanonical(batch, [], [hash])
    chain.blocks.stageHead(batch, { hash, number: 0n })
    chain.blocks.stageFinality(batch, { hash, number: 0n }, { hash, number: 0n })
    const { stateRoot } = header
    chain.commits.stage(batch, { block: hash, stateRoot, head: hash, removed: [], added: [hash] })
    await chain.#write(batch)
    return chain
  }

  /** Puts a real block 0 with its state and the store's identity in. */
  async createReal(genesis: Genesis): Promise<BlockSummary> {
    const batch = new WriteBatch()
    const block = await stageGenesis(batch, this.blocks, this.commits, genesis)
    const state = await StateStore.open({ store: this.store })
    state.stageGenesis(batch, block, genesis.alloc)
    await this.#write(batch)
    return block
  }

  /** Imports a block; onto the head, unless it is to stay on a side branch or to switch to it. */
  async import(
    block: MadeBlock,
    change: { removed?: readonly Hash[]; added?: readonly Hash[] } = { added: [hashOf(block)] },
  ): Promise<void> {
    const { removed = [], added = [] } = change
    const batch = new WriteBatch()
    const { hash, header } = block.summary
    this.blocks.stageBlock(batch, block)
    batch.put(key('trieNode', keccak256(block.trieNode)), block.trieNode)
    await this.blocks.stageCanonical(batch, removed, added)
    const isHead = added.length > 0
    if (isHead) this.blocks.stageHead(batch, { hash, number: header.number })
    const head = isHead ? hash : (this.commits.last?.head ?? hash)
    const { stateRoot } = header
    this.commits.stage(batch, { block: hash, stateRoot, head, removed, added })
    await this.#write(batch)
  }

  async #write(batch: WriteBatch): Promise<void> {
    try {
      await this.store.write(batch)
    } catch (error) {
      this.blocks.discarded()
      this.commits.discarded()
      throw error
    }
    this.blocks.committed()
    this.commits.committed()
  }
}

/** Every entry of a store as text, to compare two. */
export async function dump(store: KeyValueStore): Promise<Map<string, string>> {
  const entries = new Map<string, string>()
  for await (const [entryKey, value] of store.entries({
    gte: Uint8Array.of(0),
    lt: Uint8Array.of(255),
  })) {
    entries.set(bytesToHex(entryKey), bytesToHex(value))
  }
  return entries
}

/** Overwrites one byte of a stored record, past every cache. */
export async function flipByte(store: KeyValueStore, recordKey: Uint8Array, at = 0): Promise<void> {
  const record = await store.get(recordKey)
  if (record === undefined) throw new Error('the record is there')
  const damaged = record.slice()
  const index = at < 0 ? damaged.length + at : at
  damaged[index] = (damaged[index] ?? 0) ^ 0x10
  await store.write(new WriteBatch().put(recordKey, damaged))
}

export const hashKey = (table: Parameters<typeof key>[0], hash: Hash): Uint8Array =>
  key(table, hexToBytes(hash))
