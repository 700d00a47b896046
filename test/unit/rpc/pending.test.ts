/** Reads, proofs and simulations at the block that is being built. */
import { verifyMerkleProof } from '@ethereumjs/mpt'
import { RLP } from '@ethereumjs/rlp'
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { getContractAddress, keccak256 } from 'viem'
import { describe, expect, it } from 'vitest'
import type { Hash, Hex } from '../../../consensus/types.ts'
import { devAccounts } from '../../../genesis/accounts.ts'
import { assemble } from '../../support/evm-assembly.ts'
import { RECIPIENT } from '../../support/signed-transactions.ts'
import { ServedNode } from '../../support/tracing/served-node.ts'

const CREATOR = devAccounts()[0]!.address
const CREATED = getContractAddress({ from: CREATOR, nonce: 0n }).toLowerCase()
/** Writes the number of the block into slot 0 of the new contract. */
const WRITER = bytesToHex(assemble('NUMBER PUSH 0 SSTORE PUSH 1 PUSH 0 RETURN'))
/** The balance of the recipient, and the hash of the block below. */
const READER = bytesToHex(
  assemble(
    `PUSH ${RECIPIENT} BALANCE PUSH 0 MSTORE ` +
      'PUSH 1 NUMBER SUB BLOCKHASH PUSH 32 MSTORE PUSH 64 PUSH 0 RETURN',
  ),
)
const SLOT = `0x${'0'.repeat(64)}`

type Block = { readonly hash: Hash; readonly number: Hex; readonly stateRoot: Hash }
type Proof = {
  readonly accountProof: readonly Hex[]
  readonly balance: Hex
  readonly nonce: Hex
  readonly storageHash: Hash
  readonly storageProof: readonly [{ readonly value: Hex; readonly proof: readonly Hex[] }]
}

async function provenBy(root: Hash, key: string, proof: readonly Hex[]): Promise<Uint8Array> {
  expect(keccak256(proof[0]!)).toBe(root)
  const value = await verifyMerkleProof(hexToBytes(keccak256(key as Hex)), proof.map(hexToBytes))
  return value ?? new Uint8Array(0)
}

/** With a creation and a transfer in its pool. */
async function open(): Promise<ServedNode> {
  const served = await ServedNode.start()
  await served.send(0, { to: undefined, value: 0n, data: WRITER, gasLimit: 200_000n })
  await served.send(1, { value: 77n })
  return served
}

describe('rpc / pending', () => {
  it('a proof is of the state that the pending block leaves', async () => {
    const { rpc } = await open()
    const block = (await rpc('eth_getBlockByNumber', 'pending', false)) as Block
    const proof = (await rpc('eth_getProof', CREATED, [SLOT], 'pending')) as Proof
    const account = await provenBy(block.stateRoot, CREATED, proof.accountProof)
    const [nonce, balance, storageRoot] = RLP.decode(account) as Uint8Array[]
    expect([proof.nonce, proof.balance]).toEqual(['0x1', '0x0'])
    expect([bytesToHex(nonce!), bytesToHex(balance!)]).toEqual(['0x01', '0x'])
    expect(bytesToHex(storageRoot!)).toBe(proof.storageHash)
    const [{ value, proof: slotProof }] = proof.storageProof
    expect(value).toBe(block.number)
    const stored = await provenBy(proof.storageHash, SLOT, slotProof)
    expect(bytesToHex(stored)).toBe('0x01')
  })

  it('a simulation stands on the pending block', async () => {
    const { rpc } = await open()
    const pending = (await rpc('eth_getBlockByNumber', 'pending', false)) as Block
    const call = { to: CREATED, input: '0x' }
    const stateOverrides = { [CREATED]: { code: READER } }
    const blockStateCalls = [{ stateOverrides, calls: [call] }, { calls: [call] }]
    const blocks = (await rpc(
      'eth_simulateV1',
      { blockStateCalls },
      'pending',
    )) as readonly (Block & {
      readonly parentHash: Hash
      readonly calls: readonly [{ readonly returnData: Hex }]
    })[]
    expect(blocks.map(({ number }) => Number(number))).toEqual([2, 3])
    expect(blocks.map(({ parentHash }) => parentHash)).toEqual([pending.hash, blocks[0]?.hash])
    for (const { parentHash, calls } of blocks) {
      const balance = (77).toString(16).padStart(64, '0')
      expect(calls[0].returnData).toBe(`0x${balance}${parentHash.slice(2)}`)
    }
    // What is not overridden is as the pending creation made it.
    const storage = await rpc('eth_getStorageAt', CREATED, SLOT, 'pending')
    expect(BigInt(storage as Hex)).toBe(1n)
  })

  it('who named the pending block reads it when others have built another one since', async () => {
    const served = await open()
    const { chain, state } = served.node.api
    const { block: named } = await chain.pendingBlock()
    await served.seal()
    await served.send(1, { value: 1n })
    const { block: next } = await chain.pendingBlock()
    expect(next.header.number).toBe(named.header.number + 1n)
    const balance = async () => (await (await state.at(named)).account(RECIPIENT))?.balance
    expect(await balance()).toBe(77n)
    const call = { from: CREATOR, to: RECIPIENT }
    expect(await state.call(named, call)).toMatchObject({ kind: 'ok' })
    expect(await state.estimateGas(named, call)).toMatchObject({ kind: 'ok' })
    expect((await state.prove(named, RECIPIENT, [])).accountProof.length).toBeGreaterThan(1)
  })
})
