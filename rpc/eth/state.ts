/** `eth_`: accounts, code and storage at a block. */
import type { Address, Hash } from '../../consensus/types.ts'
import type { BlockSelector, ChainApi } from '../../node/api.ts'
import type { AccountRecord } from '../../node/state/types.ts'
import { isPending, requireBlock } from '../block-lookup.ts'
import { data, quantity } from '../format/hex.ts'
import { PROOF_SLOTS_MAX } from '../limits.ts'
import { type MethodTable, method, optional, required } from '../method.ts'
import type { RpcModules } from '../modules.ts'
import { block, LATEST } from '../params/block.ts'
import { address, arrayOf, type Parser, slot } from '../params/primitives.ts'

/** KECCAK of nothing, and the root of the empty trie: what an account that is not there has. */
const EMPTY_CODE_HASH: Hash = '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470'
const EMPTY_ROOT: Hash = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421'
const NOTHING: AccountRecord = {
  nonce: 0n,
  balance: 0n,
  codeHash: EMPTY_CODE_HASH,
  storageRoot: EMPTY_ROOT,
}
/** A storage key written in full. */
const SLOT_CHARS = 66

const at = optional('block', block, LATEST)
const account = required('address', address)

export function stateMethods({ api }: Pick<RpcModules, 'api'>): MethodTable {
  return {
    eth_getBalance: method({
      description: 'Balance of an account, wei',
      params: [account, at],
      isConcurrent: true,
      handler: async ([address, selector]) =>
        quantity((await accountAt(api, selector, address)).balance),
    }),
    eth_getTransactionCount: method({
      description: 'Next nonce of an account; `pending` counts the pool',
      params: [account, at],
      handler: async ([address, selector]) =>
        quantity(
          isPending(selector)
            ? await api.pool.nextNonce(address)
            : (await accountAt(api, selector, address)).nonce,
        ),
    }),
    eth_getCode: method({
      description: 'Code of an account; an EIP-7702 delegation as it is stored',
      params: [account, at],
      handler: async ([address, selector]) => {
        const view = await viewAt(api, selector)
        const { codeHash } = (await view.account(address)) ?? NOTHING
        return codeHash === EMPTY_CODE_HASH ? '0x' : data(await view.code(codeHash))
      },
    }),
    eth_getStorageAt: method({
      description: 'A storage slot of an account, 32 bytes',
      params: [account, required('slot', slot), at],
      isConcurrent: true,
      handler: async ([address, key, selector]) =>
        (await viewAt(api, selector)).storage(address, key),
    }),
    eth_getProof: method({
      description: 'Merkle proofs of an account and of some of its slots',
      params: [account, required('slots', arrayOf(proofKey, PROOF_SLOTS_MAX)), at],
      handler: async ([address, keys, selector]) => getProof(api, address, keys, selector),
    }),
  }
}

/** A slot, and how the answer names it: as given in full, else as a QUANTITY. */
type ProofKey = { readonly slot: Hash; readonly name: string }

const proofKey: Parser<ProofKey> = {
  type: 'slot',
  parse(value, path) {
    const key = slot.parse(value, path)
    const isFull = typeof value === 'string' && value.length === SLOT_CHARS
    return { slot: key, name: isFull ? key : quantity(BigInt(key)) }
  },
}

async function getProof(
  api: ChainApi,
  address: Address,
  keys: readonly ProofKey[],
  selector: BlockSelector,
) {
  const summary = await requireBlock(api.chain, selector)
  const slots = keys.map((key) => key.slot)
  const [view, proof] = await Promise.all([
    api.state.at(summary),
    api.state.prove(summary, address, slots),
  ])
  const record = (await view.account(address)) ?? NOTHING
  return {
    address,
    accountProof: proof.accountProof,
    balance: quantity(record.balance),
    codeHash: record.codeHash,
    nonce: quantity(record.nonce),
    storageHash: record.storageRoot,
    storageProof: proof.storageProof.map((entry, position) => ({
      key: keys[position]?.name ?? entry.slot,
      value: quantity(BigInt(entry.value)),
      proof: entry.proof,
    })),
  }
}

async function viewAt(api: ChainApi, selector: BlockSelector) {
  return api.state.at(await requireBlock(api.chain, selector))
}

async function accountAt(
  api: ChainApi,
  selector: BlockSelector,
  address: Address,
): Promise<AccountRecord> {
  return (await (await viewAt(api, selector)).account(address)) ?? NOTHING
}
