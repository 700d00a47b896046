/**
 * A block full of loops that burn all their gas in cheap operations, of which there are most: the
 * event loop turns while it is imported, so that readers are answered (spec/consensus.md 6, row
 * 26). How long a turn takes is printed, not judged.
 */
import { setImmediate as turn } from 'node:timers/promises'
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../../../node/ports.ts'
import { TestChain, testGenesis } from '../../../support/chain-factory.ts'
import { assemble } from '../../../support/evm-assembly.ts'
import { signTransaction } from '../../../support/signed-transactions.ts'
import { startTestNode } from '../../../support/test-node.ts'

/** Of one transaction: three fill most of a block. */
const BOMB_GAS = 8_000_000n
const BOMBS = 3
/** Initcode that never ends: hashing, a division of 256 bits, and jumps. */
const LOOP =
  'again: PUSH 64 PUSH 0 KECCAK256 PUSH 7 SWAP1 DIV POP PUSH 3 PUSH 5 EXP POP @again JUMP'

/** An attacker's builder takes the time it needs. */
const nowMs = Date.now()
const STOPPED = { ...systemClock, now: () => nowMs }

describe('node / attacks / gas bomb', () => {
  it('readers are answered while a block full of loops is imported', async () => {
    const genesis = await testGenesis()
    const source = await TestChain.open({ genesis, clock: STOPPED })
    const raws = Array.from({ length: BOMBS }, (_, account) => {
      const data = bytesToHex(assemble(LOOP))
      const fields = { to: undefined, value: 0n, gasLimit: BOMB_GAS, data }
      return hexToBytes(signTransaction(genesis, account, fields))
    })
    const block = await source.seal({ transactions: source.signed(raws) })
    expect(block.header.gasUsed).toBe(BOMB_GAS * BigInt(BOMBS))
    const node = await startTestNode({ genesis })
    let isDone = false
    const importing = node.chain.importBlock(block, 'gossip').finally(() => {
      isDone = true
    })
    let answers = 0
    let longestMs = 0
    while (!isDone) {
      const start = performance.now()
      await turn()
      await node.api.chain.canonicalHash(0n)
      longestMs = Math.max(longestMs, performance.now() - start)
      answers += 1
    }
    console.log('gas bomb:', { gasUsed: block.header.gasUsed, answers, longestMs })
    await importing
    expect(node.chain.head.hash).toBe(block.hash)
    expect(answers).toBeGreaterThan(10)
  })
})
