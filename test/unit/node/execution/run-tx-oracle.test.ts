/**
 * Random transactions over random contracts, executed here and by EthereumJS alone: equal gas,
 * status, logs, bloom and state root in every block.
 */
import { bytesToHex, eoaCode7702SignAuthorization } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import type { Address } from '../../../../consensus/types.ts'
import type { GenesisAccount } from '../../../../genesis/genesis-file.ts'
import { PREDEPLOYS } from '../../../../genesis/predeploys.ts'
import type { SignedTransaction } from '../../../../node/transaction.ts'
import { testGenesis } from '../../../support/chain-factory.ts'
import { assemble } from '../../../support/evm-assembly.ts'
import {
  accountOf,
  callData,
  ExecutionChain,
  GWEI,
  WALLETS,
  type Wallet,
  walletOf,
} from '../../../support/execution-chain.ts'
import { Random } from '../../../support/random.ts'
import { randomProgram } from '../../../support/random-programs.ts'
import { RunTxOracle } from '../../../support/run-tx-oracle.ts'
import { openTemporaryDatabase } from '../../../support/temporary-database.ts'

/** `ORACLE_FROM` and `ORACLE_SEEDS` make it a long run. */
const FIRST_SEED = Number(process.env['ORACLE_FROM'] ?? 1)
const SEEDS = Number(process.env['ORACLE_SEEDS'] ?? 10)
const PROGRAMS = 24
const BLOCKS = 5
const TRANSACTIONS = 12

const contractAddress = (index: number): Address =>
  `0x${'c0de'.repeat(9)}${index.toString(16).padStart(4, '0')}`
const PRECOMPILES = Array.from(
  { length: 17 },
  (_, i): Address => `0x${(i + 1).toString(16).padStart(40, '0')}`,
)

function makeWorld(random: Random): { alloc: Map<Address, GenesisAccount>; targets: Address[] } {
  const contracts = Array.from({ length: PROGRAMS }, (_, i) => contractAddress(i))
  const eoas = WALLETS.map(({ address }) => address)
  const addresses = [...contracts, ...contracts, ...eoas, PREDEPLOYS.AI, walletOf(1).address]
  const world = { addresses: [...addresses, random.pick(PRECOMPILES), random.pick(PRECOMPILES)] }
  const alloc = new Map(
    contracts.map((address, i) => {
      const code = i === 0 ? suicidal() : randomProgram(random, 60 + random.below(120), world)
      const slot = `0x${'00'.repeat(32)}` as const
      const storage = new Map([[slot, `0x${'00'.repeat(31)}07` as const]])
      const fields = { nonce: 1n, code, balance: i % 3 === 0 ? 1_000n : 0n }
      return [address, accountOf(i % 2 === 0 ? { ...fields, storage } : fields)] as const
    }),
  )
  return {
    alloc,
    targets: [...contracts, ...contracts, PREDEPLOYS.AI, ...PRECOMPILES, random.pick(eoas)],
  }
}

/** Destroys itself for the benefit of whom the call data names. */
function suicidal(): Uint8Array {
  return assemble('PUSH 0 CALLDATALOAD SELFDESTRUCT')
}

function randomTransaction(
  chain: ExecutionChain,
  random: Random,
  targets: readonly Address[],
  world: { readonly addresses: readonly Address[] },
): SignedTransaction {
  const wallet = random.pick(WALLETS.slice(0, 6))
  const type = random.pick([0, 1, 2, 2, 2, 4])
  const to = random.pick(targets)
  const isFacade = to === PREDEPLOYS.AI && random.below(4) > 0
  const data = isFacade
    ? callData('0xa9059cbb', random.pick(targets), BigInt(random.below(100)))
    : bytesToHex(random.bytes(random.below(120)))
  const fields = {
    type,
    value: isFacade ? 0n : BigInt(random.below(3)),
    gasLimit: BigInt(random.pick(type === 4 ? [150_000, 400_000] : [60_000, 150_000, 400_000])),
    data,
    ...(type === 1 || type === 2 ? { accessList: randomAccessList(random, targets) } : {}),
    ...(type === 2 ? { maxPriorityFeePerGas: BigInt(random.below(3)) * GWEI } : {}),
  }
  if (type === 4)
    return chain.sign(wallet, {
      ...fields,
      to,
      authorizationList: authorizations(chain, random, targets),
    })
  if (random.below(5) > 0) return chain.sign(wallet, { ...fields, to })
  const code = randomProgram(random, 40, { addresses: world.addresses })
  return chain.sign(wallet, { ...fields, gasLimit: 500_000n, data: bytesToHex(code) })
}

function randomAccessList(random: Random, targets: readonly Address[]) {
  return Array.from({ length: random.below(3) }, () => ({
    address: random.pick(targets),
    storageKeys: Array.from({ length: random.below(3) }, () =>
      bytesToHex(random.bytes(32).fill(0, 0, 31)),
    ),
  }))
}

/** Good ones and bad ones, of accounts that exist and that do not. */
function authorizations(chain: ExecutionChain, random: Random, targets: readonly Address[]) {
  return Array.from({ length: 1 + random.below(3) }, () => {
    const wallet: Wallet = random.below(2) === 0 ? WALLETS[9]! : walletOf(random.below(5))
    const chainId = random.pick([0n, chain.genesis.params.chainId, 5n])
    const target = random.below(4) === 0 ? (`0x${'00'.repeat(20)}` as const) : random.pick(targets)
    const nonce = BigInt(random.below(3))
    const hex = (value: bigint) =>
      (value === 0n ? '0x0' : `0x${value.toString(16)}`) as `0x${string}`
    const signed = eoaCode7702SignAuthorization(
      { chainId: hex(chainId), address: target, nonce: hex(nonce) },
      wallet.key,
    )
    return signed
  })
}

async function compareWorlds(seed: number): Promise<{ failed: number; destroyed: bigint }> {
  const random = new Random(seed)
  const genesis = await testGenesis()
  const { alloc, targets } = makeWorld(random)
  const world = { addresses: targets }
  const chain = await ExecutionChain.open({ genesis, store: await openTemporaryDatabase(), alloc })
  const oracle = await RunTxOracle.open(genesis, new Map([...genesis.alloc, ...alloc]))
  let failed = 0
  let destroyed = 0n
  for (let number = 1; number <= BLOCKS; number++) {
    const transactions = Array.from({ length: TRANSACTIONS }, () =>
      randomTransaction(chain, random, targets, world),
    )
    const { block, executed } = await chain.execute(transactions)
    const { genesisDifficulty } = genesis.params
    const expected = await oracle.execute(block.header, genesisDifficulty, transactions)
    for (const [index, result] of expected.results.entries()) {
      const where = `seed ${seed} block ${number} transaction ${index}`
      const receipt = executed.receipts[index]!
      expect(receipt.gasUsed, where).toBe(result.totalGasSpent)
      expect(receipt.status, where).toBe(result.execResult.exceptionError ? 0 : 1)
      expect(receipt.logsBloom, where).toBe(bytesToHex(result.bloom.bitvector))
      expect(receipt.logs, where).toEqual(
        (result.execResult.logs ?? []).map(([address, topics, data]) => ({
          address: bytesToHex(address),
          topics: topics.map((topic) => bytesToHex(topic)),
          data: bytesToHex(data),
        })),
      )
      if (receipt.status === 0) failed += 1
      destroyed += result.destroyed
    }
    expect(executed.stateRoot, `seed ${seed} block ${number}`).toBe(expected.stateRoot)
    await chain.commit(block, executed)
  }
  return { failed, destroyed }
}

/** Eight seconds of a core; a machine that runs everything else beside it takes a while. */
const BUSY_MS = 240_000

describe('node / execution / against runTx', () => {
  it(
    'random blocks come out as EthereumJS has them, to the state root',
    async () => {
      let failed = 0
      for (let i = 0; i < SEEDS; i++) failed += (await compareWorlds(FIRST_SEED + i)).failed
      // The programs do something, and not all of them fail.
      expect(failed).toBeGreaterThan(4 * SEEDS)
      expect(failed).toBeLessThan(SEEDS * (BLOCKS * TRANSACTIONS - 8))
    },
    BUSY_MS,
  )
})
