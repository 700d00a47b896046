/**
 * Clients against a devnet of four validators, whose blocks are found by Proof of Compute and travel
 * from one to the other: what is sent to one node is confirmed on another.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Contract, JsonRpcProvider, parseEther as parseEtherEthers, Wallet } from 'ethers'
import {
  createPublicClient,
  createWalletClient,
  defineChain,
  erc20Abi,
  http,
  parseEther,
  parseEventLogs,
  webSocket,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { Web3 } from 'web3'
import type { DevnetConfig } from '../../node/devnet/config.ts'
import '../../p2p/polyfill.ts'
import { freePortRanges } from '../support/free-ports.ts'
import { startDevnet, temporaryDirectory } from '../support/hanzo-process.ts'
import { foundryBinary, HAS_FOUNDRY } from './support/foundry-binary.ts'
import { HeadlessMetaMask } from './support/metamask.ts'

const run = promisify(execFile)
const ONE_AI = parseEther('1')

let config: DevnetConfig
let token: `0x${string}`

const keyOf = (index: number): `0x${string}` => config.accounts[index]!.privateKey
const addressOf = (index: number): `0x${string}` => config.accounts[index]!.address

/**
 * Two miners may find a block of one height, so a receipt can move to the other one until a third
 * is built on it: what is read after a receipt is read again until it fits.
 */
const settles = (check: () => Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 30_000, interval: 500 })

beforeAll(async () => {
  const ports = await freePortRanges(4)
  const started = await startDevnet([
    ...['--data-dir', join(await temporaryDirectory(), 'net')],
    ...['--base-port', String(ports.rpc), '--base-p2p-port', String(ports.p2p)],
  ])
  config = started.config
  token = config.predeploys['AI']!
})

describe('clients / devnet / viem', () => {
  const clients = (index: number, account: number) => {
    const { rpcUrl, wsUrl } = config.validators[index]!
    const chain = defineChain({
      id: config.chainId,
      name: config.addEthereumChain.chainName,
      nativeCurrency: config.addEthereumChain.nativeCurrency,
      rpcUrls: { default: { http: [rpcUrl], webSocket: [wsUrl] } },
    })
    return {
      reader: createPublicClient({ chain, transport: http() }),
      socket: createPublicClient({ chain, transport: webSocket() }),
      wallet: createWalletClient({
        chain,
        transport: http(),
        account: privateKeyToAccount(keyOf(account)),
      }),
    }
  }

  it('connects, sends AI with EIP-1559 fees, and reads the receipt on another node', async () => {
    const { reader, wallet } = clients(0, 0)
    expect(await reader.getChainId()).toBe(config.chainId)
    const hash = await wallet.sendTransaction({ to: addressOf(8), value: ONE_AI })
    const receipt = await reader.waitForTransactionReceipt({ hash })
    expect(receipt.status).toBe('success')
    expect(receipt.gasUsed).toBe(21_000n)
    expect(receipt.logs).toEqual([])
    const other = clients(3, 0).reader
    expect((await other.waitForTransactionReceipt({ hash })).status).toBe('success')
    await settles(async () => {
      const [here, there] = [reader, other].map((node) => node.getTransactionReceipt({ hash }))
      expect((await there!).blockHash).toBe((await here!).blockHash)
    })
  })

  it('sends AI as an ERC-20: one Transfer log, and one balance', async () => {
    const { reader, wallet } = clients(1, 1)
    const before = await reader.getBalance({ address: addressOf(7) })
    const hash = await wallet.writeContract({
      address: token,
      abi: erc20Abi,
      functionName: 'transfer',
      args: [addressOf(7), ONE_AI],
    })
    await reader.waitForTransactionReceipt({ hash })
    await settles(async () => {
      const receipt = await reader.getTransactionReceipt({ hash })
      const [log, ...more] = parseEventLogs({ abi: erc20Abi, logs: receipt.logs })
      expect(more).toEqual([])
      expect(log).toMatchObject({ eventName: 'Transfer', args: { value: ONE_AI } })
      expect(await reader.getBalance({ address: addressOf(7) })).toBe(before + ONE_AI)
      const shown = await reader.readContract({
        address: token,
        abi: erc20Abi,
        functionName: 'balanceOf',
        args: [addressOf(7)],
      })
      expect(shown).toBe(before + ONE_AI)
      const found = await reader.getContractEvents({
        address: token,
        abi: erc20Abi,
        eventName: 'Transfer',
        fromBlock: receipt.blockNumber,
        toBlock: receipt.blockNumber,
      })
      expect(found.map(({ transactionHash }) => transactionHash)).toContain(hash)
    })
  })

  it('hears of new blocks over a WebSocket', async () => {
    const { socket } = clients(2, 0)
    const number = await new Promise<bigint>((resolve, reject) => {
      const unwatch = socket.watchBlocks({
        onBlock: (block) => {
          unwatch()
          resolve(block.number)
        },
        onError: reject,
      })
    })
    expect(number).toBeGreaterThan(0n)
    const client = await socket.transport.getRpcClient()
    client.close()
  })
})

describe('clients / devnet / ethers', () => {
  it('connects, sends AI natively and as an ERC-20, and finds the log', async () => {
    const provider = new JsonRpcProvider(config.validators[2]!.rpcUrl)
    try {
      const wallet = new Wallet(keyOf(2), provider)
      expect((await provider.getNetwork()).chainId).toBe(BigInt(config.chainId))
      const sent = await wallet.sendTransaction({
        to: addressOf(9),
        value: parseEtherEthers('2'),
      })
      expect((await sent.wait())?.status).toBe(1)
      const facade = new Contract(
        token,
        [
          'function transfer(address to, uint256 value) returns (bool)',
          'event Transfer(address indexed from, address indexed to, uint256 value)',
        ],
        wallet,
      )
      const moved = await facade.getFunction('transfer')(addressOf(9), 5n)
      expect((await moved.wait()).status).toBe(1)
      await settles(async () => {
        const block = (await provider.getTransactionReceipt(moved.hash))!.blockNumber
        const found = await facade.queryFilter('Transfer', block, block)
        expect(found.map(({ transactionHash }) => transactionHash)).toContain(moved.hash)
      })
    } finally {
      provider.destroy()
    }
  })
})

describe.runIf(HAS_FOUNDRY)('clients / devnet / cast', () => {
  const cast = async (...args: readonly string[]): Promise<string> => {
    const rpcUrl = config.validators[3]!.rpcUrl
    const { stdout } = await run(foundryBinary('cast'), [...args, '--rpc-url', rpcUrl])
    return stdout.trim()
  }

  it('connects and reads the balance', async () => {
    expect(await cast('chain-id')).toBe(String(config.chainId))
    expect(BigInt(await cast('balance', addressOf(6)))).toBe(parseEther('10000'))
  })

  it('sends AI natively and reads the receipt', async () => {
    const receipt = JSON.parse(
      await cast(
        'send',
        addressOf(8),
        ...['--value', '1ether', '--private-key', keyOf(3), '--json'],
      ),
    )
    expect(receipt.status).toBe('0x1')
    await settles(async () => {
      const again = JSON.parse(await cast('receipt', receipt.transactionHash, '--json'))
      const block = JSON.parse(await cast('block', again.blockNumber, '--json'))
      expect(block.hash).toBe(again.blockHash)
      expect(block.transactions).toContain(receipt.transactionHash)
    })
  })

  it('sends AI as an ERC-20 and finds the log', async () => {
    const call = ['transfer(address,uint256)(bool)', addressOf(8), '7']
    const receipt = JSON.parse(
      await cast('send', token, ...call, ...['--private-key', keyOf(4), '--json']),
    )
    expect(receipt.status).toBe('0x1')
    const hash: string = receipt.transactionHash
    await settles(async () => {
      const block = await cast('receipt', hash, 'blockNumber')
      const range = ['--from-block', block, '--to-block', block]
      const logs = JSON.parse(await cast('logs', ...range, '--address', token, '--json'))
      const sources = logs.map((log: { transactionHash: string }) => log.transactionHash)
      expect(sources).toContain(hash)
    })
  })
})

describe('clients / devnet / MetaMask', () => {
  it('sends with EIP-1559 fees, and finds it confirmed in a mined block', async () => {
    const wallet = await HeadlessMetaMask.open(config.addEthereumChain, keyOf(5))
    try {
      const sent = [
        await wallet.send({ from: addressOf(5), to: addressOf(8), value: '0x1' }),
        await wallet.send({ from: addressOf(5), to: addressOf(8), value: '0x2' }),
      ]
      expect(sent.map(({ nonce }) => nonce)).toEqual([0, 1])
      for (const { hash, confirmed } of sent) {
        const { txReceipt, status } = await confirmed
        expect(status).toBe('confirmed')
        expect(txReceipt).toMatchObject({ status: '0x1', type: '0x2', transactionHash: hash })
      }
    } finally {
      await wallet.close()
    }
  })
})

describe('clients / devnet / web3', () => {
  it('waits for confirmations, block by block', async () => {
    const web3 = new Web3(config.validators[2]!.wsUrl)
    const from = web3.eth.accounts.wallet.add(keyOf(6))[0]!.address
    const confirmed = Promise.withResolvers<bigint>()
    const receipt = await web3.eth
      .sendTransaction({ from, to: addressOf(8), value: '3' })
      .on('confirmation', ({ confirmations }) => {
        if (confirmations >= 3n) confirmed.resolve(confirmations)
      })
    expect(receipt.status).toBe(1n)
    expect(await confirmed.promise).toBe(3n)
    expect(await web3.eth.getBlockNumber()).toBeGreaterThanOrEqual(
      (receipt.blockNumber as bigint) + 2n,
    )
    web3.provider?.disconnect()
  })
})
