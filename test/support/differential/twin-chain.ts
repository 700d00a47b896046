/**
 * One list of transactions on two chains from one genesis.json: on ours, through the executor, and
 * on anvil. After every block the receipts must be the same, and so must the whole state.
 *
 * What differs by design, and how each difference is taken out:
 * - The system calls of a block (its reward first) run on our side alone. What they change is
 *   written into anvil before its block, so that its transactions see the same state.
 * - Anvil burns the base fee and the coins of self-destructed accounts; we credit the sink. After
 *   the block the sink must have exactly the base fee more than anvil's, plus, where a program
 *   destroyed itself, what it held. Then anvil's sink is set, and the states are compared.
 * - Hashes of blocks and PREVRANDAO are anvil's on both sides (our header is sealed by work, and
 *   BLOCKHASH and the history contract show its hash to programs).
 * - Anvil keeps accounts that were touched and are empty, which EIP-161 forbids: they are left out.
 * Not compared, because anvil is wrong there: calls of the transfer precompile by others than the
 * facade, which its emulation serves; the refund of EIP-7702 for an authority that is no account yet,
 * which it pays.
 * Base fees are not set: both sides compute them, and they must agree.
 */
import { hashHeader } from '../../../consensus/codec/header-codec.ts'
import { nextBaseFee } from '../../../consensus/rules/base-fee.ts'
import type { Address, Hash, Header, Hex } from '../../../consensus/types.ts'
import type { Genesis } from '../../../genesis/genesis-file.ts'
import { PREDEPLOYS } from '../../../genesis/predeploys.ts'
import type { ExecutedBlock, ParentState } from '../../../node/execution/types.ts'
import type { Receipt } from '../../../node/receipt.ts'
import type { StateChanges } from '../../../node/state/types.ts'
import type { SignedTransaction } from '../../../node/transaction.ts'
import { COINBASE, ExecutionChain } from '../execution-chain.ts'
import { openTemporaryDatabase } from '../temporary-database.ts'
import { Anvil, type RpcCall } from './anvil.ts'
import { type Difference, differenceOfResults } from './compare-results.ts'
import { differenceOfStates } from './compare-states.ts'

const SINK = PREDEPLOYS.AIBurn

export type TwinBlock = {
  readonly receipts: readonly Receipt[]
  /** Wei that self-destructed accounts took with them on anvil, and that our sink has. */
  readonly destroyed: bigint
  /** The first thing that is not the same; the chains must not be used further then. */
  readonly difference: Difference | undefined
}

/** What executed last on our side, to be executed again. */
export type TwinReplay = {
  readonly parent: ParentState
  readonly header: Header
  readonly transactions: readonly SignedTransaction[]
  readonly receipts: readonly Receipt[]
}

export type AnvilBlock = {
  readonly hash: Hash
  readonly mixHash: Hash
  readonly baseFeePerGas: Hex
  readonly gasUsed: Hex
  readonly receiptsRoot: Hash
  readonly transactions: readonly Hash[]
}

export class TwinChain {
  readonly ours: ExecutionChain
  readonly anvil: Anvil
  /** Of anvil's blocks. */
  readonly #hashes: Hash[]
  #last: TwinReplay | undefined

  private constructor(ours: ExecutionChain, anvil: Anvil, genesisHash: Hash) {
    this.ours = ours
    this.anvil = anvil
    this.#hashes = [genesisHash]
  }

  static async open(genesis: Genesis, anvilArguments?: readonly string[]): Promise<TwinChain> {
    const ours = await ExecutionChain.open({ genesis, store: await openTemporaryDatabase() })
    const anvil = await Anvil.start(genesis.file, anvilArguments)
    const { hash } = await anvil.call<AnvilBlock>('eth_getBlockByNumber', '0x0', false)
    await anvil.call('anvil_setCoinbase', COINBASE)
    // It would repeat the base fee of block 0 in block 1; from there on it computes.
    const fee = nextBaseFee(ours.head.header)
    await anvil.call('anvil_setNextBlockBaseFeePerGas', `0x${fee.toString(16)}`)
    return new TwinChain(ours, anvil, hash)
  }

  get timestamp(): bigint {
    return this.ours.head.header.timestamp
  }

  /** The last block that both sides executed. */
  get last(): TwinReplay {
    if (this.#last === undefined) throw new Error('no block was executed yet')
    return this.#last
  }

  /** Executes a block on both sides, `seconds` after the last. */
  async advance(transactions: readonly SignedTransaction[], seconds: bigint): Promise<TwinBlock> {
    const timestamp = this.timestamp + seconds
    const baseFeePerGas = nextBaseFee(this.ours.head.header)
    const opening = await this.#execute([], { timestamp, baseFeePerGas })
    await this.anvil.batch(writesOf(opening.executed.changes))
    const block = await this.#mine(transactions, timestamp)
    const { mixHash } = block
    const { header, executed } = await this.#execute(transactions, {
      timestamp,
      baseFeePerGas,
      mixHash,
    })
    await this.ours.commit({ hash: hashHeader(header), header }, executed)
    this.#hashes.push(block.hash)
    const { receipts } = executed
    const destroyed = await this.#settleSink(header)
    const results = { header, transactions, executed }
    const difference =
      (await differenceOfResults(this.anvil, block, results)) ??
      (await differenceOfStates(this.ours.store, this.anvil))
    return { receipts, destroyed, difference }
  }

  async #mine(transactions: readonly SignedTransaction[], timestamp: bigint): Promise<AnvilBlock> {
    await this.anvil.call('evm_setNextBlockTimestamp', Number(timestamp))
    await this.anvil.batch(
      transactions.map(({ raw }) => ({
        method: 'eth_sendRawTransaction',
        params: [`0x${Buffer.from(raw).toString('hex')}`],
      })),
    )
    await this.anvil.call('evm_mine')
    return this.anvil.call<AnvilBlock>('eth_getBlockByNumber', 'latest', false)
  }

  /** Our side, with anvil's hashes for the branch below; nothing is written. */
  async #execute(
    transactions: readonly SignedTransaction[],
    fields: Pick<Header, 'timestamp' | 'baseFeePerGas'> & { readonly mixHash?: Hash },
  ): Promise<{ header: Header; executed: ExecutedBlock }> {
    const { head } = this.ours
    const environment = this.ours.environment(head, fields)
    const number = head.header.number + 1n
    const draft = { ...head.header, ...environment, parentHash: head.hash, number }
    const parent: ParentState = {
      ...this.ours.parentState(),
      hash: this.#hashes.at(-1) ?? '0x',
      ancestorHash: (ancestor) => this.#hashes[Number(ancestor)],
    }
    const executed = await this.ours.executor.executeBlock(parent, draft, transactions)
    this.#last = { parent, header: draft, transactions, receipts: executed.receipts }
    const { stateRoot, receiptsRoot, logsBloom, gasUsed } = executed
    return { header: { ...draft, stateRoot, receiptsRoot, logsBloom, gasUsed }, executed }
  }

  /** Gives anvil's sink what ours has; returns what is more than the base fees explain. */
  async #settleSink({ gasUsed, baseFeePerGas }: Header): Promise<bigint> {
    const ours = await this.ours.balance(SINK)
    const theirs = BigInt(await this.anvil.call<Hex>('eth_getBalance', SINK, 'latest'))
    await this.anvil.call('anvil_setBalance', SINK, quantity(ours))
    return ours - theirs - gasUsed * baseFeePerGas
  }
}

/** Changes of a block as cheats. */
function writesOf({ accounts, storage }: StateChanges): readonly RpcCall[] {
  const calls: RpcCall[] = []
  for (const [address, { after }] of accounts) {
    const { balance = 0n, nonce = 0n } = after ?? {}
    calls.push({ method: 'anvil_setBalance', params: [address, quantity(balance)] })
    calls.push({ method: 'anvil_setNonce', params: [address, quantity(nonce)] })
  }
  for (const [address, slots] of storage) {
    for (const [slot, { after }] of slots) calls.push(setSlot(address, slot, after))
  }
  return calls
}

function setSlot(address: Address, slot: Hex, value: Hex): RpcCall {
  return { method: 'anvil_setStorageAt', params: [address, slot, value] }
}

function quantity(value: bigint): Hex {
  return `0x${value.toString(16)}`
}
