/** Proof of Compute for readers: the sealer, work for external provers, and any proof's verdict. */
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { decodeHeader } from '../../consensus/codec/header-codec.ts'
import { HeaderError } from '../../consensus/header-error.ts'
import type { ChildContext } from '../../consensus/tree/tree-types.ts'
import type { Address, Hash, Hex } from '../../consensus/types.ts'
import { SHAPES } from '../../gpu/reference/shape.ts'
import { syntheticRoot } from '../../gpu/reference/synthetic.ts'
import type { ComputeWork, ProofReport, SealerSummary, WorkDesk as WorkDeskApi } from '../api.ts'
import type { Chain } from '../chain/chain.ts'
import type { BlockSummary } from '../events.ts'
import type { Sealer } from '../sealer/sealer.ts'
import type { Submission, WorkDesk } from '../sealer/work-desk.ts'

export type WorkReaderModules = {
  readonly chain: Chain
  readonly desk: WorkDesk
  readonly sealer: Sealer | undefined
  /** Of blocks whose prover names none. */
  readonly coinbase: Address
}

export class NodeWorkReader implements WorkDeskApi {
  readonly #modules: WorkReaderModules

  constructor(modules: WorkReaderModules) {
    this.#modules = modules
  }

  get sealer(): SealerSummary | undefined {
    return this.#modules.sealer?.summary()
  }

  getWork(coinbase: Address | undefined): Promise<ComputeWork> {
    return this.#modules.desk.getWork(coinbase ?? this.#modules.coinbase)
  }

  submitWork(workId: Hash, nonce: Hex, proof: Uint8Array): Promise<Submission> {
    return this.#modules.desk.submitWork(workId, nonce, proof)
  }

  async verifyProof(headerRlp: Uint8Array, proof: Uint8Array): Promise<ProofReport> {
    const { chain } = this.#modules
    const startMs = performance.now()
    const parentHash = parentHashOf(headerRlp)
    const context = parentHash && (await this.#contextOf(parentHash))
    const verdict = chain.headers.verifyProof(headerRlp, proof, context)
    const { macs, blockHash, ticket, theta } = verdict
    return {
      ok: verdict.ok,
      code: verdict.ok ? null : verdict.code,
      condemns: verdict.ok ? null : verdict.condemns,
      ...(blockHash && { blockHash }),
      ...(ticket && { ticket: bytesToHex(ticket) }),
      ...(theta !== undefined && { theta: word(theta) }),
      macs,
      ms: performance.now() - startMs,
    }
  }

  async epochOf({ hash, header }: BlockSummary): ReturnType<WorkDeskApi['epochOf']> {
    const { chain } = this.#modules
    const { params, hash: genesisHash } = chain.genesis
    // Genesis has no parent: its epoch is the one that it opens.
    const start =
      hash === genesisHash ? undefined : (await this.#recordOf(header.parentHash))?.epochStart
    const seed = start?.hash ?? genesisHash
    const rootOf = (side: 'A' | 'B') =>
      bytesToHex(syntheticRoot(hexToBytes(seed), SHAPES[params.shape].id, side))
    return {
      difficulty: start?.difficulty ?? params.genesisDifficulty,
      seed,
      rootA: rootOf('A'),
      rootB: rootOf('B'),
    }
  }

  /** Of children of any stored block, those below the window of the tree as well. */
  async #contextOf(parentHash: Hash): Promise<ChildContext | undefined> {
    const { tree, blocks } = this.#modules.chain
    const inTree = tree.childContext(parentHash)
    if (inTree !== undefined) return inTree
    const record = await blocks.record(parentHash)
    if (record?.status !== 'executed') return undefined
    const { epochStart, timestamp } = record
    return {
      // Timestamps rise from block to block, so the median is never above the parent's own.
      parent: { ...record, medianTimePast: timestamp },
      epochDifficulty: epochStart.difficulty,
      epochSeed: hexToBytes(epochStart.hash),
    }
  }

  async #recordOf(hash: Hash) {
    const { tree, blocks } = this.#modules.chain
    return tree.get(hash) ?? (await blocks.record(hash))
  }
}

/** undefined: the bytes are no header, which verification says in its own words. */
function parentHashOf(headerRlp: Uint8Array): Hash | undefined {
  try {
    return decodeHeader(headerRlp).parentHash
  } catch (error) {
    if (error instanceof HeaderError) return undefined
    throw error
  }
}

function word(value: bigint): Hash {
  return `0x${value.toString(16).padStart(64, '0')}`
}
