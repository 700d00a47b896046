/**
 * Templates: a block built on the head from what the pool offers, whole but for its nonce, and the
 * search that would seal it.
 *
 * Spec: docs/spec/proof-of-compute.md, "Header and binding", "Prover"; docs/spec/consensus.md,
 * "Sealing".
 */

import { encodeExtraData } from '../../consensus/codec/extra-data.ts'
import { encodeHeader, hashHeader, sealHash } from '../../consensus/codec/header-codec.ts'
import { hexToBytes } from '../../consensus/codec/hex.ts'
import { assert } from '../../consensus/errors.ts'
import { randaoMixHash, syntheticCommitment } from '../../consensus/proof/commitments.ts'
import { assembleProof, sealTemplate } from '../../consensus/proof/seal.ts'
import { nextBaseFee } from '../../consensus/rules/base-fee.ts'
import { requiredDifficulty } from '../../consensus/rules/difficulty.ts'
import type { ChildContext } from '../../consensus/tree/tree-types.ts'
import type { Address, Hash } from '../../consensus/types.ts'
import type { SearchTemplate, WinningTile } from '../../gpu/backend.ts'
import { SHAPES } from '../../gpu/reference/shape.ts'
import { summaryOf } from '../chain/block-summary.ts'
import { ancestorHashes } from '../chain/branch.ts'
import type { Chain } from '../chain/chain.ts'
import type { PreparedBlock } from '../chain/import/import-block.ts'
import type { SealedBlock } from '../chain/sealed-block.ts'
import type { BlockSummary } from '../events.ts'
import type { BuildEnvironment, BuiltBlock, ParentState } from '../execution/types.ts'
import type { Clock } from '../ports.ts'
import { sealedBlockBytes } from '../sync/wire.ts'
import type { SignedTransaction } from '../transaction.ts'

/** A block closes with what it holds after so long: the main thread has other work. */
export const BUILD_MS_MAX = 600

export type Template = {
  readonly parent: BlockSummary
  /** Of the state that it was built on, which a developer may write while the parent stays. */
  readonly stateRoot: Hash
  readonly built: BuiltBlock
  readonly search: SearchTemplate
}

/** Of a chain whose developer says what comes next. */
export type BlockChoice = {
  /** Unix seconds. */
  readonly timestamp: bigint
  readonly gasLimit: bigint
}

export type TemplateModules = {
  readonly chain: Chain
  readonly clock: Clock
  /** Best first; asked for once the pool stands at the head. */
  readonly candidates: () => Iterable<SignedTransaction>
  /** Resolves when the pool has followed the head: what was just mined would only be refused. */
  readonly poolSettled: () => Promise<void>
  readonly onRefused: (refused: BuiltBlock['refused']) => void
  /** What a developer wants of a block on this parent; else the clock's time and its gas limit. */
  readonly choose?: (parent: BlockSummary) => BlockChoice
  /** What a block on this parent should begin with, before anything of the pool. */
  readonly firstOn?: (parent: BlockSummary) => Promise<readonly SignedTransaction[]>
}

export type TemplateOptions = {
  readonly coinbase: Address
  /** Unix seconds; at least the parent's plus one. Without it: now. */
  readonly timestamp?: bigint | undefined
  /** The head if not given. */
  readonly parentHash?: Hash | undefined
  /** The pool's if not given. */
  readonly candidates?: Iterable<SignedTransaction> | undefined
}

export class TemplateBuilder {
  readonly #modules: TemplateModules

  constructor(modules: TemplateModules) {
    this.#modules = modules
  }

  /** Builds on the head as it is now, or on another executed block. */
  async build(options: TemplateOptions): Promise<Template> {
    const { chain, candidates, poolSettled, onRefused } = this.#modules
    await poolSettled()
    const parent = await summaryOf(chain.blocks, options.parentHash ?? chain.head.hash)
    const context = chain.tree.childContext(parent.hash)
    assert(context !== undefined, 'blocks are built on what is in the tree')
    const state: ParentState = {
      ...parent,
      epochDifficulty: context.epochDifficulty,
      ancestorHash: ancestorHashes(chain.tree, chain.blocks, parent.hash),
    }
    const first = (await this.#modules.firstOn?.(parent)) ?? []
    const offered = joined(first, options.candidates ?? candidates())
    const environment = this.#environment(parent, context, options)
    const stateRoot = chain.state.edits.rootAfter(parent)
    const built = await chain.executor.buildBlock(state, environment, offered, {
      isOver: this.#deadline(),
    })
    // Written meanwhile: each time round takes another call of the developer.
    if (chain.state.edits.rootAfter(parent) !== stateRoot) return this.build(options)
    if (built.refused.length > 0) onRefused(built.refused)
    return { parent, stateRoot, built, search: this.#searchOf(built, context) }
  }

  #environment(
    parent: BlockSummary,
    context: ChildContext,
    { coinbase, timestamp }: TemplateOptions,
  ): BuildEnvironment {
    const { hash, header } = parent
    const { params } = this.#modules.chain.genesis
    const nowMs = this.#modules.clock.now()
    const choice = this.#modules.choose?.(parent)
    const wanted = timestamp ?? choice?.timestamp ?? BigInt(Math.floor(nowMs / 1000))
    const earliest = header.timestamp + 1n
    const time = wanted > earliest ? wanted : earliest
    const shapeId = SHAPES[params.shape].id
    return {
      coinbase,
      timestamp: time,
      gasLimit: choice?.gasLimit ?? header.gasLimit,
      baseFeePerGas: nextBaseFee(header),
      difficulty: requiredDifficulty(params, context.epochDifficulty, header.timestamp, time),
      extraData: encodeExtraData({
        shapeId,
        kind: 0,
        timestampMs: Math.floor(nowMs) % 1000,
        workCommitment: syntheticCommitment(context.epochSeed, shapeId),
      }),
      mixHash: randaoMixHash(hash),
    }
  }

  #searchOf({ header }: BuiltBlock, { epochSeed }: ChildContext): SearchTemplate {
    const { genesis } = this.#modules.chain
    return {
      shape: genesis.params.shape,
      genesisHash: hexToBytes(genesis.hash),
      sealHash: sealHash(header),
      difficulty: header.difficulty,
      operands: { kind: 0, epochSeed },
    }
  }

  #deadline(): () => boolean {
    const { clock } = this.#modules
    const endMs = clock.now() + BUILD_MS_MAX
    return () => clock.now() >= endMs
  }
}

function* joined<Item>(first: Iterable<Item>, then: Iterable<Item>): Iterable<Item> {
  yield* first
  yield* then
}

/** The block of a template with its nonce, and the witness beside it. */
export function sealWith(template: Template, nonce: Uint8Array, proof: Uint8Array): SealedBlock {
  const header = sealTemplate(template.built.header, nonce)
  const headerRlp = encodeHeader(header)
  const transactions = template.built.transactions.map(({ raw }) => raw)
  const bytes = sealedBlockBytes({ header, transactions, proof })
  return { hash: hashHeader(header), header, headerRlp, transactions, proof, bytes }
}

/** The same for a tile that our own search found. */
export function sealWithTile(template: Template, { nonce, ti, tj }: WinningTile): SealedBlock {
  const proof = assembleProof(template.search.shape, { ti, tj }, { kind: 0 })
  return sealWith(template, nonce, proof)
}

/** What the import need not compute again. */
export function preparedOf({ built, stateRoot }: Template): PreparedBlock {
  return { transactions: built.transactions, executed: built.executed, stateRoot }
}
