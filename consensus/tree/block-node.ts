/**
 * A block as the tree keeps it: what its children's rules depend on, and no more.
 * Spec: docs/spec/block.md, "The tree"; difficulty per docs/spec/proof-of-compute.md, D1, D2.
 */
import { type EpochParams, isCheckpoint, nextEpochDifficulty } from '../rules/difficulty.ts'
import type { Hash, Header } from '../types.ts'

/** The header fields that outlive the header in the tree. */
export type TreeHeader = Pick<
  Header,
  | 'parentHash'
  | 'coinbase'
  | 'number'
  | 'timestamp'
  | 'difficulty'
  | 'gasLimit'
  | 'gasUsed'
  | 'baseFeePerGas'
>

/** The checkpoint that opens an epoch, and D of the blocks after it. */
export type EpochStart = {
  readonly hash: Hash
  readonly number: bigint
  readonly timestamp: bigint
  readonly difficulty: bigint
}

/**
 * verified -> executed, when its execution gave what its header says
 * verified or executed -> invalid, with every block above it
 */
export type BlockStatus = 'verified' | 'executed' | 'invalid'

/** Everything that is known of a block in the tree, as data: what a node stores and restores. */
export type BlockRecord = TreeHeader & {
  readonly hash: Hash
  /** Sum of difficulty from genesis, genesis and this block included. */
  readonly totalDifficulty: bigint
  /** D of the block's own epoch; its difficulty is lower in a rescue block alone. */
  readonly epochDifficulty: bigint
  /** The checkpoint at or before this block: its children's seed and difficulty. */
  readonly epochStart: EpochStart
  readonly status: BlockStatus
  /** Order of arrival in this node: of two equal weights the first seen wins. */
  readonly sequence: number
}

/** A block in its place. The status changes; all else is for ever. */
export type BlockNode = BlockRecord & {
  readonly parent: BlockNode | undefined
  readonly children: readonly BlockNode[]
}

/** The tree's own view of its nodes. */
export type MutableNode = Omit<BlockRecord, 'status'> & {
  parent: MutableNode | undefined
  children: MutableNode[]
  status: BlockStatus
}

/** The record of genesis, which is executed, justified and final from the start. */
export function genesisRecord(hash: Hash, header: TreeHeader, difficulty: bigint): BlockRecord {
  const { number, timestamp } = header
  return {
    ...pickHeader(header),
    hash,
    totalDifficulty: header.difficulty,
    epochDifficulty: difficulty,
    epochStart: { hash, number, timestamp, difficulty },
    status: 'executed',
    sequence: 0,
  }
}

/** The record of a verified child of `parent`. */
export function childRecord(
  parent: BlockRecord,
  hash: Hash,
  header: TreeHeader,
  sequence: number,
  params: EpochParams,
): BlockRecord {
  const { coinbase, number, timestamp, difficulty, gasLimit, gasUsed, baseFeePerGas } = header
  return {
    // The parent's own string: thousands of nodes need not hold every hash twice.
    parentHash: parent.hash,
    coinbase,
    number,
    timestamp,
    difficulty,
    gasLimit,
    gasUsed,
    baseFeePerGas,
    hash,
    totalDifficulty: parent.totalDifficulty + header.difficulty,
    epochDifficulty: parent.epochStart.difficulty,
    epochStart: epochStartAt(parent.epochStart, hash, header, params),
    status: 'verified',
    sequence,
  }
}

/** A record as plain data, without its place in a tree. */
export function recordOf(node: BlockNode): BlockRecord {
  const { hash, totalDifficulty, epochDifficulty, epochStart, status, sequence } = node
  const own = { hash, totalDifficulty, epochDifficulty, epochStart, status, sequence }
  return { ...pickHeader(node), ...own }
}

/** A checkpoint closes its epoch and opens the next; any other block leaves it as it is. */
function epochStartAt(
  start: EpochStart,
  hash: Hash,
  { number, timestamp }: TreeHeader,
  params: EpochParams,
): EpochStart {
  if (!isCheckpoint(number, params.epochLength)) return start
  const window = timestamp - start.timestamp
  return {
    hash,
    number,
    timestamp,
    difficulty: nextEpochDifficulty(start.difficulty, window, params),
  }
}

function pickHeader(header: TreeHeader): TreeHeader {
  const { parentHash, coinbase, number, timestamp, difficulty } = header
  const { gasLimit, gasUsed, baseFeePerGas } = header
  return {
    parentHash,
    coinbase,
    number,
    timestamp,
    difficulty,
    gasLimit,
    gasUsed,
    baseFeePerGas,
  }
}

export function isExecuted({ status }: BlockNode): boolean {
  return status === 'executed'
}

export function isNotInvalid({ status }: BlockNode): boolean {
  return status !== 'invalid'
}
