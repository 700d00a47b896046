/**
 * Callers of simulated nodes: transfers between dev accounts, each to a node that is up, and now
 * and then code that stores what BLOCKHASH tells it of its own branch.
 */
import { createFeeMarket1559Tx } from '@ethereumjs/tx'
import { hexToBytes } from '@ethereumjs/util'
import { assert } from '../../../consensus/errors.ts'
import { devAccounts } from '../../../genesis/accounts.ts'
import type { SeededRng } from '../engine/seeded-rng.ts'
import type { Cluster } from './cluster.ts'

const FEE_WEI = 10n ** 12n
const GAS = 21_000n
const CREATION_GAS = 200_000n
/** One transaction of an account in so many is a creation. */
const CREATION_EVERY = 4n
/** SSTORE(0, BLOCKHASH(NUMBER - 2)); STOP */
const STORE_BLOCKHASH = '0x4360029003406000550000'
/** The other dev accounts pay for what tests and changes of the set send. */
const CALLERS = 6

/** By chain, account and nonce: the same transaction in every run. */
const signed = new Map<string, Uint8Array>()

export class Workload {
  readonly #cluster: Cluster
  readonly #rng: SeededRng
  readonly #periodMs: number
  readonly #nonces = Array.from({ length: CALLERS }, () => 0n)

  constructor(cluster: Cluster, transactionsPerSecond: number) {
    this.#cluster = cluster
    this.#rng = cluster.rng.fork('workload')
    this.#periodMs = 1_000 / transactionsPerSecond
  }

  start(): void {
    if (!Number.isFinite(this.#periodMs)) return
    this.#cluster.scheduler.after(this.#rng.exponential(this.#periodMs), () => {
      this.#submit()
      this.start()
    })
  }

  #submit(): void {
    const up = this.#cluster.nodes.filter(({ isUp, isHonest }) => isUp && isHonest)
    if (up.length === 0) return
    const { node } = this.#rng.pick(up)
    const account = this.#rng.below(this.#nonces.length)
    const nonce = this.#nonces[account] ?? 0n
    this.#nonces[account] = nonce + 1n
    // A node may refuse: its disk, or a nonce that a crash took with it.
    node.api.pool.submit(this.#transaction(account, nonce)).catch(() => {
      if (this.#nonces[account] === nonce + 1n) this.#nonces[account] = nonce
    })
  }

  #transaction(account: number, nonce: bigint): Uint8Array {
    const { chainId } = this.#cluster.params
    const name = `${chainId} ${account} ${nonce}`
    const made = signed.get(name) ?? this.#sign(account, nonce)
    signed.set(name, made)
    return made
  }

  #sign(account: number, nonce: bigint): Uint8Array {
    const accounts = devAccounts()
    const from = accounts[account]
    const to = accounts[(account + 1) % CALLERS]
    assert(from !== undefined && to !== undefined, 'there is such an account')
    const isCreation = nonce % CREATION_EVERY === CREATION_EVERY - 1n
    const tx = createFeeMarket1559Tx(
      {
        ...{ chainId: this.#cluster.params.chainId, nonce },
        ...{ maxFeePerGas: FEE_WEI, maxPriorityFeePerGas: 1n },
        ...(isCreation
          ? { gasLimit: CREATION_GAS, data: STORE_BLOCKHASH }
          : { gasLimit: GAS, value: 1n, to: to.address }),
      },
      { common: this.#cluster.common },
    )
    return tx.sign(hexToBytes(from.privateKey)).serialize()
  }
}
