/**
 * A block of the dearest precompiles under a valid proof: JSON-RPC, requests and gossip are
 * answered while it is imported (spec/consensus.md 6, row 26). How long it takes is printed, not
 * judged.
 */
import { bytesToHex, concatBytes, hexToBytes } from '@ethereumjs/util'
import { bls12_381 } from '@noble/curves/bls12-381.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { serve } from '../../../../node/cli/serve.ts'
import { systemClock } from '../../../../node/ports.ts'
import { encodeTransactions } from '../../../../node/sync/wire.ts'
import { TestChain, temporaryDirectory, testGenesis } from '../../../support/chain-factory.ts'
import { assemble } from '../../../support/evm-assembly.ts'
import { startRogue } from '../../../support/rogue-peer.ts'
import { rpcClient } from '../../../support/rpc-client.ts'
import { signTransaction } from '../../../support/signed-transactions.ts'
import { MANUAL } from '../../../support/test-node.ts'

/**
 * Of one transaction; there are three, a kind each. 8,000,000 fills a block, which takes seconds of
 * CPU twice; an eighth of that shows the same.
 */
const BOMB_GAS = BigInt(process.env['HANZO_BOMB_GAS'] ?? 1_000_000)
const PAIRS = 15
const WORD = 32

/** Calls precompile `address` with `input` until the gas is used up: initcode that never ends. */
function bomb(address: number, input: Uint8Array): Uint8Array {
  const code = (start: number) =>
    assemble(
      `PUSH ${input.length} PUSH ${start} PUSH 0 CODECOPY again: PUSH 512 PUSH 0x8000 ` +
        `PUSH ${input.length} PUSH 0 PUSH ${address} GAS STATICCALL POP @again JUMP`,
    )
  // The place of the input does not change its own width.
  return concatBytes(code(code(code(255).length).length), input)
}

const padded = (bytes: Uint8Array, length: number) =>
  concatBytes(new Uint8Array(length - bytes.length), bytes)
const word = (value: number) => hexToBytes(`0x${value.toString(16).padStart(2 * WORD, '0')}`)

/** 1,024 bytes to a power of 20 bits: the most gas of one call. */
function modexpInput(): Uint8Array {
  const wide = new Uint8Array(1_024).fill(0xfd)
  const exponent = hexToBytes(`0x${(2n ** 20n - 1n).toString(16).padStart(2 * WORD, '0')}`)
  return concatBytes(
    word(1_024),
    word(WORD),
    word(1_024),
    wide,
    exponent,
    wide.map((byte) => byte - 2),
  )
}

function pairingInput(): Uint8Array {
  const { G1, G2 } = bls12_381
  const field = (value: bigint) => hexToBytes(`0x${value.toString(16).padStart(128, '0')}`)
  const [one, two] = [G1.Point.BASE.toAffine(), G2.Point.BASE.toAffine()]
  const pair = [one.x, one.y, two.x.c0, two.x.c1, two.y.c0, two.y.c1].map(field)
  return concatBytes(...Array.from({ length: PAIRS }, () => pair).flat())
}

/** Made by micro-eth-signer with Ethereum's trusted setup: see `crypto/point-evaluation`. */
function kzgInput(): Uint8Array {
  const commitment = hexToBytes(
    '0x8bf4f00d9f6762bdb90d5669cb8028285f28c2d8ef3869ddbad42c74a361ebbda0513ee2c9420ff6db37ed9c1f8aa055',
  )
  const proof = hexToBytes(
    '0x82d5509f755b97febadf5d67911ab1575791df4f615169a744b9e2586c8a1ab2ad45a73a3830f3c7febf911aa0f3ba24',
  )
  const versioned = concatBytes(Uint8Array.of(1), sha256(commitment).subarray(1))
  const z = padded(hexToBytes('0x3ade68b1'), WORD)
  const y = hexToBytes('0x4c41931bdacba63cf6a69517399551f5e2e6823205af362da12efc193de89fed')
  return concatBytes(versioned, z, y, commitment, proof)
}

const BOMBS = [bomb(0x05, modexpInput()), bomb(0x0f, pairingInput()), bomb(0x0a, kzgInput())]

/** An attacker's builder takes the time it needs. */
const nowMs = Date.now()
const STOPPED = { ...systemClock, now: () => nowMs }

describe('node / attacks / precompile bomb', { timeout: 240_000 }, () => {
  it('RPC, requests and gossip are answered while a block of them is imported', async () => {
    const genesis = await testGenesis()
    const source = await TestChain.open({ genesis, clock: STOPPED })
    const raws = BOMBS.map((data, account) => {
      const fields = { to: undefined, value: 0n, gasLimit: BOMB_GAS, data: bytesToHex(data) }
      return hexToBytes(signTransaction(genesis, account, fields))
    })
    const block = await source.seal({ transactions: source.signed(raws) })
    expect(block.header.gasUsed).toBe(BOMB_GAS * BigInt(BOMBS.length))
    const served = await serve({
      node: {
        ...{ genesis, dataDir: await temporaryDirectory(), seal: MANUAL },
        p2p: { host: '127.0.0.1', port: 0, bootnodes: [] },
      },
      ...{ rpcPort: 0, registry: new Registry(), log: pino({ level: 'silent' }) },
    })
    onTestFinished(() => served.stop())
    const { node } = served
    const victim = node.api.network.peerId!
    const rogue = await startRogue(node)
    const rpc = rpcClient(served.rpcUrl)
    const gossiped = hexToBytes(signTransaction(genesis, 7))

    let isDone = false
    const start = performance.now()
    const importing = node.chain.importBlock(block, 'gossip').finally(() => {
      isDone = true
    })
    await rogue.publish('tx', encodeTransactions([gossiped]))
    let [rpcAnswers, peerAnswers, longestMs] = [0, 0, 0]
    let pooledAfter: number | undefined
    while (!isDone) {
      const asked = performance.now()
      expect(await rpc('eth_blockNumber')).toMatch(/^0x/)
      rpcAnswers += 1
      for await (const _ of rogue.request(victim, 'status', new Uint8Array(0))) {
        peerAnswers += 1
      }
      longestMs = Math.max(longestMs, performance.now() - asked)
      if (pooledAfter === undefined && node.api.pool.status().pending > 0) pooledAfter = rpcAnswers
    }
    const importMs = performance.now() - start
    await importing
    console.log('precompile bomb:', { importMs, rpcAnswers, peerAnswers, longestMs, pooledAfter })
    expect(node.chain.head.hash).toBe(block.hash)
    expect(rpcAnswers).toBeGreaterThan(5)
    expect(peerAnswers).toBeGreaterThan(5)
    // By gossip it came while the block was being executed.
    expect(pooledAfter).toBeLessThan(rpcAnswers)
  })
})
