/** Merkle proofs (EIP-1186): the nodes on the way to an account and to slots of its storage. */
import { bytesToHex } from '@ethereumjs/util'
import type { Address, Hash, Hex } from '../../consensus/types.ts'
import type { AccountProof } from '../api.ts'
import { EMPTY_TRIE_ROOT } from './flat/flat-codec.ts'
import type { NodeStore } from './trie/node-store.ts'
import { lookUpAccount, lookUpSlot } from './trie/state-trie.ts'

export async function proveAccount(
  nodes: NodeStore,
  stateRoot: Hash,
  address: Address,
  slots: readonly Hex[],
): Promise<AccountProof> {
  const accountProof: Hex[] = []
  const account = await lookUpAccount(nodes, stateRoot, address, (node) => {
    accountProof.push(bytesToHex(node))
  })
  const storageRoot = account?.storageRoot ?? EMPTY_TRIE_ROOT
  const storageProof: { slot: Hex; value: Hex; proof: readonly Hex[] }[] = []
  for (const slot of slots) {
    const proof: Hex[] = []
    const value = await lookUpSlot(nodes, storageRoot, slot, (node) => proof.push(bytesToHex(node)))
    storageProof.push({ slot, value, proof })
  }
  return { accountProof, storageProof }
}
