/**
 * Who joins the set of validators and who leaves it: deposits and exits, sent again until a chain
 * has them, as people do it.
 */
import { createFeeMarket1559Tx } from '@ethereumjs/tx'
import { bytesToHex, concatBytes, hexToBytes, setLengthLeft, utf8ToBytes } from '@ethereumjs/util'
import { assert } from '../../../consensus/errors.ts'
import type { Address, Hex } from '../../../consensus/types.ts'
import { devAccounts } from '../../../genesis/accounts.ts'
import { addressOfKey } from '../../../genesis/validator-keys.ts'
import { keccak256 } from '../../../gpu/reference/keccak.ts'
import { signHash } from '../../crypto/secp256k1.ts'
import { readValidatorRecords, type ValidatorRecord } from '../../finality/validator-view.ts'
import type { StateView } from '../../state/types.ts'
import type { SeededRng } from '../engine/seeded-rng.ts'
import type { Cluster } from './cluster.ts'
import { VALIDATOR_SET } from './ledger/contract-storage.ts'
import { depositCall, exitCall } from './ledger/set-calls.ts'
import type { SimulatedNode } from './simulated-node.ts'
import type { DevnetValidatorKeys } from './validators.ts'
import { LEAST_STAKE_WEI } from './weighed-genesis.ts'

export type SetChange = {
  readonly atMs: number
  readonly kind: 'deposit' | 'exit'
  readonly node: number
  /** Of a deposit, in least stakes; 1 if not given. */
  readonly stakes?: number
}

const RETRY_MS = 10_000
const FEE_WEI = 10n ** 12n
const GAS = 600_000n
/** As `Validators.sol` has it. */
const NEVER = (1n << 40n) - 1n
const DEPOSIT_TYPE = keccak256(utf8ToBytes('Deposit(address payout)'))
const PREFIX = Uint8Array.of(0x19, 0x01)
const V_BASE = 27

export class SetChanges {
  readonly #cluster: Cluster
  readonly #keys: readonly DevnetValidatorKeys[]
  readonly #rng: SeededRng

  constructor(cluster: Cluster, keys: readonly DevnetValidatorKeys[]) {
    this.#cluster = cluster
    this.#keys = keys
    this.#rng = cluster.rng.fork('set changes')
  }

  start(changes: readonly SetChange[]): void {
    for (const change of changes) {
      this.#cluster.scheduler.after(change.atMs, () => this.#send(change))
    }
  }

  #send(change: SetChange): void {
    const { scheduler, nodes } = this.#cluster
    let isDone = false
    // A node that crashes meanwhile never says how it ended.
    scheduler.after(RETRY_MS, () => {
      if (!isDone) this.#send(change)
    })
    const up = nodes.filter(({ isUp, isHonest }) => isUp && isHonest)
    if (up.length === 0) return
    const at = this.#rng.pick(up)
    this.#sendTo(at, change).then(
      (wasDone) => {
        isDone = wasDone
      },
      // A node may refuse: its disk, or what the pool holds of the sender.
      () => undefined,
    )
  }

  /** Whether the chain of this node has it already. */
  async #sendTo({ node }: SimulatedNode, change: SetChange): Promise<boolean> {
    const keys = this.#keys[change.node]
    assert(keys !== undefined, 'who joins or leaves has keys')
    const { chain, api } = node
    const state = chain.state.view(chain.head.header.stateRoot)
    const { validators } = await readValidatorRecords(state)
    const record = validators.find(({ votingKey }) => votingKey === keys.address)
    if (change.kind === 'exit' ? record?.end !== NEVER : record !== undefined) return true
    const raw =
      change.kind === 'exit'
        ? await this.#exit(state, keys, record)
        : await this.#deposit(state, keys, change, chain.finality.separator)
    await api.pool.submit(raw)
    return false
  }

  #exit(state: StateView, keys: DevnetValidatorKeys, record: ValidatorRecord | undefined) {
    assert(record !== undefined, 'who leaves is a validator')
    return this.#sign(state, keys.coinbaseKey, exitCall(record.index), 0n)
  }

  #deposit(
    state: StateView,
    keys: DevnetValidatorKeys,
    { node, stakes = 1 }: SetChange,
    separator: Uint8Array,
  ) {
    const accounts = devAccounts()
    const payer = accounts[accounts.length - 1 - (node % 4)]
    assert(payer !== undefined, 'somebody pays the deposit')
    const proof = depositProof(keys.votingKey, keys.coinbase, separator)
    const data = depositCall(keys.address, keys.coinbase, proof)
    return this.#sign(state, payer.privateKey, data, BigInt(stakes) * LEAST_STAKE_WEI)
  }

  async #sign(state: StateView, key: Hex, data: Uint8Array, value: bigint): Promise<Uint8Array> {
    const { params, common } = this.#cluster
    const privateKey = hexToBytes(key)
    const account = await state.account(addressOfKey(privateKey))
    const fields = {
      ...{ chainId: params.chainId, nonce: account?.nonce ?? 0n, gasLimit: GAS, value, data },
      ...{ maxFeePerGas: FEE_WEI, maxPriorityFeePerGas: 1n, to: VALIDATOR_SET },
    }
    return createFeeMarket1559Tx(fields, { common }).sign(privateKey).serialize()
  }
}

/** What shows that a deposit is made by who has its voting key: a signature over the payout. */
export function depositProof(votingKey: Hex, payout: Address, separator: Uint8Array): Hex {
  const word = setLengthLeft(hexToBytes(payout), 32)
  const digest = keccak256(PREFIX, separator, keccak256(DEPOSIT_TYPE, word))
  const signed = signHash(digest, hexToBytes(votingKey))
  assert(signed !== undefined, 'the key of a validator is a key')
  return bytesToHex(concatBytes(signed.compact, Uint8Array.of(V_BASE + signed.recovery)))
}
