/** Foundry's cast and forge against `hanzo dev`: the shell, deployments, scripts and forks. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parseEther } from 'viem'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { temporaryDirectory } from '../support/hanzo-process.ts'
import { ROOT } from '../support/source-tree.ts'
import { type DevProcess, startDevProcess } from './support/dev-process.ts'
import { foundryBinary, HAS_FOUNDRY } from './support/foundry-binary.ts'
import { PRICE } from './support/till-abi.ts'

const run = promisify(execFile)
const HERE = join(ROOT, 'test/clients')

if (!HAS_FOUNDRY) console.log('cast and forge are not tested: npm has them for Linux on x86-64.')

let dev: DevProcess
let output: string
let till: string

const key = (index: number) => ['--private-key', dev.config.accounts[index]!.privateKey]
const account = (index: number) => dev.config.accounts[index]!.address

/** What they write, and the names of functions and events that they remember, goes to a home here. */
const environment = () => ({
  ...{ ...process.env, HOME: output },
  FOUNDRY_OUT: join(output, 'out'),
  FOUNDRY_CACHE_PATH: join(output, 'cache'),
  FOUNDRY_BROADCAST: join(output, 'broadcast'),
})

/** Without a node: hashes, encodings. */
async function castAlone(...args: readonly string[]): Promise<string> {
  const { stdout } = await run(foundryBinary('cast'), args, { env: environment() })
  return stdout.trim()
}

async function cast(...args: readonly string[]): Promise<string> {
  const { stdout } = await run(foundryBinary('cast'), [...args, '--rpc-url', dev.url], {
    env: environment(),
  })
  return stdout.trim()
}

/** In the project of this folder. */
async function forge(args: readonly string[], more: object = {}): Promise<string> {
  const env = { ...environment(), ...more }
  const { stdout } = await run(foundryBinary('forge'), args, { cwd: HERE, env })
  return stdout
}

beforeAll(async () => {
  if (!HAS_FOUNDRY) return
  dev = await startDevProcess()
  output = await temporaryDirectory()
  // Once for the contract, the script and the tests; what follows finds it in the cache.
  await forge(['build'])
  const created = await forge([
    ...['create', 'contracts/Till.sol:Till', '--rpc-url', dev.url, ...key(0)],
    ...['--broadcast', '--json', '--constructor-args', String(PRICE)],
  ])
  till = JSON.parse(created.slice(created.indexOf('{'))).deployedTo
})

describe.runIf(HAS_FOUNDRY)('clients / forge', () => {
  it('has created the contract from the bytes that everybody compiles', async () => {
    expect(await cast('call', till, 'price()(uint256)')).toContain(String(PRICE))
    const block = await dev.rpc('eth_getBlockByNumber', '0x1', true)
    const argument = PRICE.toString(16).padStart(64, '0')
    expect(block).toMatchObject({ transactions: [{ input: inject('till').bytecode + argument }] })
  })

  it('runs a script that deploys and pays, each step a transaction with a receipt', async () => {
    const said = await forge([
      ...['script', 'forge/PayTill.s.sol:PayTill', '--rpc-url', dev.url, ...key(1)],
      ...['--broadcast', '--slow', '--json'],
    ])
    expect(said).toContain('"status":"success"')
    expect(await cast('nonce', account(1))).toBe('3')
    const deployed = await castAlone('compute-address', account(1), '--nonce', '0')
    const address = deployed.slice(deployed.indexOf('0x'))
    expect(await cast('call', address, 'total()(uint256)')).toContain('1200')
    expect(await cast('balance', address)).toBe('1200')
  })

  it('tests on a fork, which has our chain id, blocks, code, storage and balances', async () => {
    await cast('send', till, 'pay(string)', 'tea', '--value', '2000', ...key(2))
    const ai = dev.config.predeploys['AI']!
    const facts = {
      ...{ TILL: till, AI: ai, HOLDER: account(5) },
      ...{ CHAIN_ID: String(dev.chainId), PRICE: String(PRICE) },
      TOTAL: (await cast('call', till, 'total()(uint256)')).split(' ')[0],
      FORK_BLOCK: await cast('block-number'),
      SUPPLY: (await cast('call', ai, 'totalSupply()(uint256)')).split(' ')[0],
    }
    const said = await forge(['test', '--fork-url', dev.url, '--json'], facts)
    const suites = Object.values(JSON.parse(said.slice(said.indexOf('{')))) as {
      test_results: Record<string, { status: string; reason: string | null }>
    }[]
    const results = suites.flatMap((suite) => Object.entries(suite.test_results))
    expect(results.filter(([, { status }]) => status !== 'Success')).toEqual([])
    expect(results).toHaveLength(5)
    // What the tests paid was paid on the fork alone.
    expect((await cast('call', till, 'total()(uint256)')).split(' ')[0]).toBe(facts.TOTAL)
  })
})

describe.runIf(HAS_FOUNDRY)('clients / cast', () => {
  it('connects, and reads fees, blocks and accounts', async () => {
    expect(await cast('chain-id')).toBe(String(dev.chainId))
    expect(await cast('client')).toMatch(/^hanzo\//)
    expect(BigInt(await cast('gas-price'))).toBeGreaterThan(0n)
    expect(BigInt(await cast('base-fee'))).toBeGreaterThan(0n)
    expect(BigInt(await cast('balance', account(6)))).toBe(parseEther('10000'))
    expect(await cast('codehash', account(6))).toMatch(/^0x[0-9a-f]{64}$/)
    const block = JSON.parse(await cast('block', 'latest', '--json'))
    expect(await cast('block-number')).toBe(String(BigInt(block.number)))
    const proof = JSON.parse(await cast('proof', till, '0', '--json'))
    expect(proof.accountProof.length).toBeGreaterThan(0)
    expect(BigInt(await cast('storage', till, '0'))).toBe(BigInt(proof.storageProof[0].value))
  })

  it('estimates, sends, and finds transaction, receipt and logs', async () => {
    const call = [till, 'pay(string)', 'milk', '--value', '3000']
    const gas = BigInt(await cast('estimate', ...call, '--from', account(3)))
    const receipt = JSON.parse(await cast('send', ...call, ...key(3), '--json'))
    expect(receipt).toMatchObject({ status: '0x1', type: '0x2' })
    expect(BigInt(receipt.gasUsed)).toBeLessThanOrEqual(gas)
    const { transactionHash: hash } = receipt
    expect(JSON.parse(await cast('tx', hash, '--json'))).toMatchObject({ hash, value: '0xbb8' })
    expect(await cast('receipt', hash, 'blockHash')).toBe(receipt.blockHash)
    const event = 'Paid(address indexed,uint256,string)'
    const range = ['--from-block', '0', '--address', till, '--json']
    const logs = JSON.parse(await cast('logs', event, account(3), ...range))
    expect(logs.map((log: { transactionHash: string }) => log.transactionHash)).toEqual([hash])
  })

  it('runs a transaction again, step by step, and shows its calls and events', async () => {
    const send = ['send', till, 'pay(string)', 'traced', '--value', '4000', ...key(4), '--json']
    const { transactionHash, gasUsed } = JSON.parse(await cast(...send))
    const trace = await cast('run', transactionHash, '--quick')
    expect(trace).toContain('pay{value: 4000}("traced")')
    expect(trace).toContain('amount: 4000, note: "traced"')
    expect(trace).toContain('Transaction successfully executed')
    expect(trace).toContain(`Gas used: ${BigInt(gasUsed)}`)
  })

  it('tells the data of a custom error when a call or a payment would fail', async () => {
    const underpaid = [till, 'pay(string)', 'gum', '--value', '1']
    const data = `0x${(await castAlone('sig', 'Underpaid(uint256,uint256)')).slice(2)}`
    for (const failing of [
      ['call', ...underpaid, '--from', account(3)],
      ['estimate', ...underpaid, '--from', account(3)],
      ['send', ...underpaid, ...key(3)],
    ]) {
      await expect(cast(...failing)).rejects.toThrow(new RegExp(`execution reverted.*${data}`, 's'))
    }
  })

  it("sends from an account of the node's own, and publishes what it has signed", async () => {
    const unlocked = ['--unlocked', '--from', account(7), '--json']
    const sent = JSON.parse(await cast('send', account(8), '--value', '5', ...unlocked))
    expect(sent).toMatchObject({ status: '0x1', from: account(7) })
    const raw = await cast('mktx', account(8), '--value', '6', ...key(9))
    const published = JSON.parse(await cast('publish', raw))
    expect(published).toMatchObject({ status: '0x1', from: account(9) })
    expect(BigInt(await cast('balance', account(8)))).toBe(parseEther('10000') + 11n)
  })

  it('delegates an account by EIP-7702', async () => {
    const auth = ['--auth', till, ...key(8)]
    const call = [account(8), 'pay(string)', 'delegated', '--value', '4000']
    const receipt = JSON.parse(await cast('send', ...call, ...auth, '--json'))
    expect(receipt).toMatchObject({ status: '0x1', type: '0x4' })
    expect(await cast('code', account(8))).toBe(`0xef0100${till.slice(2).toLowerCase()}`)
  })
})
