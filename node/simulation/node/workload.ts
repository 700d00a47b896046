/** Callers of simulated nodes: transfers between the dev accounts, each to a node that is up. */
import { createFeeMarket1559Tx } from '@ethereumjs/tx'
import { hexToBytes } from '@ethereumjs/util'
import { assert } from '../../../consensus/errors.ts'
import { devAccounts } from '../../../genesis/accounts.ts'
import type { SeededRng } from '../engine/seeded-rng.ts'
import type { Cluster } from './cluster.ts'

const FEE_WEI = 10n ** 12n
const GAS = 21_000n

/** By chain, account and nonce: the same transfer in every run. */
const signed = new Map<string, Uint8Array>()

export class Workload {
  readonly #cluster: Cluster
  readonly #rng: SeededRng
  readonly #periodMs: number
  readonly #nonces = devAccounts().map(() => 0n)

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
    node.api.pool.submit(this.#transfer(account, nonce)).catch(() => {
      if (this.#nonces[account] === nonce + 1n) this.#nonces[account] = nonce
    })
  }

  #transfer(account: number, nonce: bigint): Uint8Array {
    const { chainId } = this.#cluster.params
    const name = `${chainId} ${account} ${nonce}`
    const made = signed.get(name) ?? this.#sign(account, nonce)
    signed.set(name, made)
    return made
  }

  #sign(account: number, nonce: bigint): Uint8Array {
    const accounts = devAccounts()
    const from = accounts[account]
    const to = accounts[(account + 1) % accounts.length]
    assert(from !== undefined && to !== undefined, 'there is such an account')
    const tx = createFeeMarket1559Tx(
      {
        ...{ chainId: this.#cluster.params.chainId, nonce, gasLimit: GAS, value: 1n },
        ...{ maxFeePerGas: FEE_WEI, maxPriorityFeePerGas: 1n, to: to.address },
      },
      { common: this.#cluster.common },
    )
    return tx.sign(hexToBytes(from.privateKey)).serialize()
  }
}
