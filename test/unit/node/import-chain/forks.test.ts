/** What differs from fork to fork, on chains that are built and imported again. */
import { bytesToHex } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import {
  encodeEthereumHeader,
  hashEthereumHeader,
} from '../../../../consensus/codec/ethereum-codec.ts'
import { encodeRlpList } from '../../../../consensus/codec/rlp-writer.ts'
import type { Address } from '../../../../consensus/types.ts'
import { parseEthereumGenesis } from '../../../../genesis/file/ethereum-genesis.ts'
import { keccak256 } from '../../../../gpu/reference/keccak.ts'
import { Executor } from '../../../../node/execution/executor.ts'
import { InclusionError } from '../../../../node/execution/transaction/inclusion-rules.ts'
import { ImportedChain } from '../../../../node/import-chain/imported-chain.ts'
import { blockMethods } from '../../../../rpc/eth/blocks.ts'
import {
  BLOBS,
  blockOf,
  EthereumTestChain,
  ethereumGenesisJson,
  RICH,
} from '../../../support/ethereum-chain.ts'
import { assemble } from '../../../support/evm-assembly.ts'
import { COINBASE, WALLETS } from '../../../support/execution-chain.ts'

const [ALICE, BOB] = WALLETS as [(typeof WALLETS)[0], (typeof WALLETS)[0]]
const TARGET: Address = `0x${'d7'.repeat(20)}`
const ETHER = 10n ** 18n
const WITHDRAWAL_QUEUE = '0x00000961ef480eb55e80d19ad83579a64c007002'
const CONSOLIDATION_QUEUE = '0x0000bbddc7ce488642fb579f8b00f3a590007251'
const BLOB_HASH = `0x01${'ab'.repeat(31)}` as const

async function balanceOf({ chain }: EthereumTestChain, address: Address): Promise<bigint> {
  const view = chain.state.view(chain.head.header.stateRoot)
  return (await view.account(address))?.balance ?? 0n
}

function blobs(count: number) {
  return {
    type: 3,
    to: TARGET,
    maxFeePerGas: 2n * 10n ** 9n,
    maxPriorityFeePerGas: 1n,
    maxFeePerBlobGas: 10n,
    blobVersionedHashes: Array.from({ length: count }, () => BLOB_HASH),
  }
}

describe('node / import-chain / forks', () => {
  it('pays a miner 5, then 3, then 2 ether', async () => {
    for (const [fork, ether] of [
      ['homestead', 5n],
      ['byzantium', 3n],
      ['constantinople', 2n],
      ['grayGlacier', 2n],
    ] as const) {
      const test = await EthereumTestChain.open(fork)
      await test.advance()
      expect(await balanceOf(test, COINBASE), fork).toBe(ether * ETHER)
    }
  })

  it('pays nobody after the merge', async () => {
    const test = await EthereumTestChain.open('osaka')
    await test.advance()
    expect(await balanceOf(test, COINBASE)).toBe(0n)
  })

  it('writes state roots into receipts before Byzantium, and a status from there on', async () => {
    for (const [fork, hasRoot] of [
      ['eip158', true],
      ['byzantium', false],
    ] as const) {
      const test = await EthereumTestChain.open(fork)
      await test.advance([
        test.sign(ALICE, { nonce: 0n, to: BOB.address, value: 1n }),
        test.sign(ALICE, { nonce: 1n, to: BOB.address, value: 1n }),
      ])
      const roots = test.chain.head.receipts.map(({ root }) => root)
      expect(new Set(roots).size, fork).toBe(hasRoot ? 2 : 1)
      expect(
        roots.every((root) => (root !== undefined) === hasRoot),
        fork,
      ).toBe(true)
    }
  })

  it('makes empty accounts when it touches them, until EIP-161', async () => {
    for (const [fork, isThere] of [
      ['eip150', true],
      ['eip158', false],
    ] as const) {
      const test = await EthereumTestChain.open(fork)
      await test.advance([test.sign(ALICE, { nonce: 0n, to: TARGET })])
      const view = test.chain.state.view(test.chain.head.header.stateRoot)
      expect((await view.account(TARGET)) !== undefined, fork).toBe(isThere)
    }
  })

  it('destroys an account with its storage, until EIP-6780', async () => {
    const heir = BigInt(BOB.address)
    const code = bytesToHex(assemble(`PUSH ${heir} SELFDESTRUCT`))
    const alloc = { [TARGET]: { balance: '5', code, storage: { '0x1': '0x2', '0x3': '0x4' } } }
    for (const [fork, isGone] of [
      ['berlin', true],
      ['shanghai', true],
      ['cancun', false],
    ] as const) {
      const test = await EthereumTestChain.open(fork, alloc)
      await test.advance([test.sign(ALICE, { nonce: 0n, to: TARGET })])
      const { head, state } = test.chain
      const view = state.view(head.header.stateRoot)
      const [account, slot] = [await view.account(TARGET), await view.storage(TARGET, word(1n))]
      expect(account === undefined, fork).toBe(isGone)
      expect(BigInt(slot), fork).toBe(isGone ? 0n : 2n)
      expect(await balanceOf(test, BOB.address), fork).toBe(BigInt(RICH) + 5n)
    }
  })

  it('comes to the state that the accounts make which are left', async () => {
    const code = bytesToHex(assemble(`PUSH ${BigInt(BOB.address)} SELFDESTRUCT`))
    const alloc = { [TARGET]: { balance: '5', code, storage: { '0x1': '0x2' } } }
    const test = await EthereumTestChain.open('berlin', alloc)
    await test.advance([test.sign(ALICE, { nonce: 0n, to: TARGET })], { feeRecipient: BOB.address })
    const [alice, bob] = [await balanceOf(test, ALICE.address), await balanceOf(test, BOB.address)]
    const left = {
      [ALICE.address]: { balance: String(alice), nonce: '1' },
      [BOB.address]: { balance: String(bob) },
    }
    const expected = await ImportedChain.create(
      parseEthereumGenesis(ethereumGenesisJson('berlin', left)),
    )
    expect(test.chain.head.header.stateRoot).toBe(expected.head.header.stateRoot)
  })

  it('credits withdrawals in gwei', async () => {
    const test = await EthereumTestChain.open('shanghai')
    const withdrawal = { index: 0n, validatorIndex: 7n, address: TARGET, amount: 3n }
    const block = await test.advance([], { withdrawals: [withdrawal] })
    expect(await balanceOf(test, TARGET)).toBe(3n * 10n ** 9n)
    expect(block.withdrawals).toEqual([withdrawal])
  })

  it('gathers what the queues of EIP-7002 and EIP-7251 hand out', async () => {
    const answer = (byte: number): string =>
      bytesToHex(assemble(`PUSH ${byte} PUSH 0 MSTORE8 PUSH 1 PUSH 0 RETURN`))
    const test = await EthereumTestChain.open('prague', {
      [WITHDRAWAL_QUEUE]: { balance: '0', nonce: '1', code: answer(0xaa) },
      [CONSOLIDATION_QUEUE]: { balance: '0', nonce: '1', code: answer(0xbb) },
    })
    const { executed } = await test.build([])
    expect(executed.requests?.map((request) => Buffer.from(request).toString('hex'))).toEqual([
      '01aa',
      '02bb',
    ])
    await test.advance()
  })

  it('takes the blobs of a block up to the maximum, and their price from the sender', async () => {
    const test = await EthereumTestChain.open('osaka')
    const [some, others] = [BLOBS.max - 4, 4]
    const full = [
      test.sign(ALICE, { ...blobs(some), nonce: 0n }),
      test.sign(BOB, { ...blobs(others), nonce: 0n }),
    ]
    await test.advance(full)
    const [receipt] = test.chain.head.receipts
    const blobGas = BigInt(some) * 131_072n
    expect(receipt).toMatchObject({ type: 3, blobGasUsed: blobGas, blobGasPrice: 1n })
    expect(test.chain.head.header.blobGasUsed).toBe(BigInt(BLOBS.max) * 131_072n)
    const paid = BigInt(RICH) - (await balanceOf(test, ALICE.address))
    expect(paid).toBe(21_000n * (receipt?.effectiveGasPrice ?? 0n) + blobGas)
    const above = [
      test.sign(ALICE, { ...blobs(some), nonce: 1n }),
      test.sign(BOB, { ...blobs(others + 1), nonce: 1n }),
    ]
    await expect(test.build(above)).rejects.toThrow(InclusionError)
  })

  it('pays for ommers, by how old they are', async () => {
    const test = await EthereumTestChain.open('constantinople')
    await test.advance()
    const { head } = test.chain
    const ommer = { ...head.header, coinbase: TARGET }
    const fields = { ...test.chain.contextOf(head), number: 2n, coinbase: BOB.address }
    const sealed = await test.api.state.simulate(head, async (simulation) => {
      const block = await simulation.open({
        ...fields,
        timestamp: head.header.timestamp + 12n,
        ommers: [ommer],
      })
      return block.finish([])
    })
    const ommersHash = bytesToHex(keccak256(encodeRlpList([encodeEthereumHeader(ommer)])))
    const header = { ...sealed.header, ommersHash }
    await test.chain.import({ header, transactions: [], ommers: [ommer], withdrawals: undefined })
    expect(await balanceOf(test, TARGET)).toBe((2n * ETHER * 7n) / 8n)
    expect(await balanceOf(test, BOB.address)).toBe(BigInt(RICH) + 2n * ETHER + ETHER / 16n)
    expect(test.chain.head.ommers).toEqual([{ hash: hashEthereumHeader(ommer), header: ommer }])
    const { eth_getUncleByBlockNumberAndIndex: uncle, eth_getUncleCountByBlockHash: count } =
      blockMethods({ api: test.api })
    const client = { address: '127.0.0.1', isAdmin: false }
    const found = await uncle?.handler([{ number: 2n }, 0], client)
    expect(found).toMatchObject({ hash: hashEthereumHeader(ommer), miner: TARGET, number: '0x1' })
    expect(await uncle?.handler([{ number: 2n }, 1], client)).toBeNull()
    const { hash } = test.chain.head
    expect(await count?.handler([{ hash, requireCanonical: false }], client)).toBe('0x1')
  })

  it('ends a call that never ends, on the interpreter of old forks as well', async () => {
    const code = bytesToHex(assemble('again: PUSH 0 POP @again JUMP'))
    for (const fork of ['berlin', 'osaka'] as const) {
      const old = code.replace('5f50', '600050')
      const { chain } = await EthereumTestChain.open(fork, {
        [TARGET]: { balance: '1', code: old },
      })
      const { rules, state, head } = chain
      const executor = await Executor.open({ rules, state, callTimeMsMax: 30 })
      const call = executor.call(chain.parentOf(head), { to: TARGET })
      await expect(call, fork).rejects.toMatchObject({ type: { code: 'TIMED_OUT' } })
    }
  })

  it('refuses a header that does not follow, and results that do not come out', async () => {
    const test = await EthereumTestChain.open('osaka')
    const payload = await test.build([test.sign(ALICE, { nonce: 0n, to: TARGET, value: 1n })])
    const { header } = payload
    for (const [fields, expected] of [
      [{ number: 2n }, { code: 'HEADER_INVALID', field: 'number' }],
      [{ timestamp: 0n }, { code: 'HEADER_INVALID', field: 'timestamp' }],
      [{ baseFeePerGas: 5n }, { code: 'HEADER_INVALID', field: 'baseFeePerGas' }],
      [{ excessBlobGas: 5n }, { code: 'HEADER_INVALID', field: 'excessBlobGas' }],
      [{ gasLimit: header.gasLimit * 2n }, { code: 'HEADER_INVALID', field: 'gasLimit' }],
      [{ withdrawalsRoot: header.stateRoot }, { code: 'HEADER_INVALID', field: 'withdrawalsRoot' }],
      [{ gasUsed: 20_999n }, { code: 'RESULT_MISMATCH', field: 'gasUsed' }],
      [{ requestsHash: header.stateRoot }, { code: 'RESULT_MISMATCH', field: 'requestsHash' }],
      [{ stateRoot: header.receiptsRoot }, { code: 'RESULT_MISMATCH', field: 'stateRoot' }],
    ] as const) {
      const refused = test.chain.import(blockOf(payload, fields))
      await expect(refused).rejects.toMatchObject({ type: expected })
    }
    await test.chain.import(blockOf(payload))
    expect(test.chain.head.hash).toBe(payload.hash)
  })
})

function word(value: bigint): `0x${string}` {
  return `0x${value.toString(16).padStart(64, '0')}`
}
