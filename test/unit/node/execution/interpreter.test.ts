/** Our loop and the one of EthereumJS, operation by operation and program by program. */
import { bytesToHex } from '@ethereumjs/util'
import { describe, it } from 'vitest'
import type { Address } from '../../../../consensus/types.ts'
import { assemble } from '../../../support/evm-assembly.ts'
import { CALLER, CONTRACT, expectEqualRuns } from '../../../support/interpreter-pair.ts'
import { Random } from '../../../support/random.ts'
import { randomProgram } from '../../../support/random-programs.ts'
import { STATE_READS } from '../../../support/state-reads.ts'

const WORDS = [
  0n,
  1n,
  2n,
  7n,
  31n,
  32n,
  33n,
  255n,
  256n,
  257n,
  2n ** 63n,
  2n ** 64n,
  2n ** 128n - 1n,
  2n ** 160n,
  2n ** 255n - 1n,
  2n ** 255n,
  2n ** 255n + 1n,
  2n ** 256n - 2n,
  2n ** 256n - 1n,
  0xdeadbeefcafebabe0123456789abcdef0f1e2d3c4b5a69788796a5b4c3d2e1f0n,
]
const BINARY =
  'ADD MUL SUB DIV SDIV MOD SMOD EXP SIGNEXTEND LT GT SLT SGT EQ AND OR XOR BYTE SHL SHR SAR'.split(
    ' ',
  )
const UNARY =
  'ISZERO NOT CLZ CALLDATALOAD BLOCKHASH BLOBHASH TLOAD BALANCE EXTCODESIZE EXTCODEHASH'.split(' ')
const TERNARY = ['ADDMOD', 'MULMOD']
const SOURCES =
  'ADDRESS ORIGIN CALLER CALLVALUE CALLDATASIZE CODESIZE GASPRICE RETURNDATASIZE COINBASE TIMESTAMP NUMBER PREVRANDAO GASLIMIT CHAINID SELFBALANCE BASEFEE BLOBBASEFEE PC MSIZE GAS PUSH0'.split(
    ' ',
  )

const RESULT = 'PUSH 0 MSTORE GAS PUSH 32 MSTORE PUSH 64 PUSH 0 RETURN'
const GAS = 200_000n

describe('node / execution / interpreter', () => {
  for (const name of [...BINARY, ...UNARY, ...TERNARY, ...SOURCES]) {
    it(`${name} gives the same words for the same gas, and fails with too few`, async () => {
      const random = new Random(name.length)
      const words = () => `PUSH ${random.pick(WORDS)}`
      const sources = BINARY.includes(name)
        ? WORDS.flatMap((a) => WORDS.map((b) => `PUSH ${b} PUSH ${a} ${name}`))
        : UNARY.includes(name)
          ? WORDS.map((a) => `PUSH ${a} ${name}`)
          : TERNARY.includes(name)
            ? Array.from({ length: 400 }, () => `${words()} ${words()} ${words()} ${name}`)
            : [name]
      // Several in one program: results are summed up, so that one wrong word shows.
      const programs: string[] = []
      for (let i = 0; i < sources.length; i += 100) {
        const sum = sources.slice(i, i + 100).map((source) => `PUSH 31 MUL ${source} ADD`)
        programs.push(`PUSH 1 ${sum.join(' ')} ${RESULT}`)
      }
      for (const source of [...programs, name, `PUSH 1 ${name}`, `PUSH 1 PUSH 1 ${name}`]) {
        const code = assemble(source)
        await expectEqualRuns(
          new Map([[CONTRACT, code]]),
          [[CONTRACT, new Uint8Array(40).fill(9), GAS]],
          source.slice(0, 200),
        )
      }
    })
  }

  const SPECIAL: Record<string, readonly string[]> = {
    jumps: [
      'PUSH 1 @there JUMPI PUSH 9 there: PUSH 5',
      'PUSH 0 @there JUMPI PUSH 9 there: PUSH 5',
      '@there JUMP INVALID there: PUSH 5',
      'PUSH 3 JUMP PUSH 5',
      'PUSH 4 JUMP PUSH 91',
      'PUSH 115792089237316195423570985008687907853269984665640564039457584007913129639935 JUMP',
      'PUSH 10000 JUMP',
      'PUSH 1 PUSH 10000 JUMPI',
      'PUSH 0 PUSH 10000 JUMPI PUSH 4',
    ],
    memory: [
      'PUSH 7 PUSH 1000 MSTORE PUSH 1000 MLOAD',
      'PUSH 7 PUSH 9000 MSTORE8 PUSH 8990 MLOAD MSIZE ADD',
      'PUSH 5 PUSH 3 MSTORE PUSH 40 PUSH 0 PUSH 10 MCOPY PUSH 5 MLOAD',
      'PUSH 5 PUSH 3 MSTORE PUSH 40 PUSH 10 PUSH 0 MCOPY PUSH 5 MLOAD',
      'PUSH 0 PUSH 99999999999 PUSH 99999999999 MCOPY PUSH 5 MSIZE ADD',
      'PUSH 1 PUSH 99999999999 MSTORE',
      'PUSH 99999999999999999999 MLOAD',
      'PUSH 64 PUSH 64 KECCAK256',
      'PUSH 0 PUSH 99999999999999999999 KECCAK256',
      'PUSH 99999999999 PUSH 0 KECCAK256',
      'PUSH 80 PUSH 5 PUSH 3 CALLDATACOPY PUSH 0 MLOAD PUSH 20 MLOAD ADD',
      'PUSH 80 PUSH 99999999999999999999 PUSH 3 CALLDATACOPY PUSH 0 MLOAD',
      'PUSH 80 PUSH 5 PUSH 3 CODECOPY PUSH 0 MLOAD PUSH 20 MLOAD ADD',
      'PUSH 5 PUSH 0 PUSH 3 RETURNDATACOPY PUSH 1',
      'PUSH 0 PUSH 0 PUSH 3 RETURNDATACOPY PUSH 1',
      'PUSH 0 PUSH 1 PUSH 3 RETURNDATACOPY PUSH 1',
      'PUSH 8200 PUSH 8100 RETURN',
      'PUSH 0 PUSH 99999999999999999999 RETURN',
      'PUSH 99999999999999999999 PUSH 0 REVERT',
    ],
    stack: [
      `PUSH 1 ${'DUP1 '.repeat(1_023)} ADD`,
      `PUSH 1 ${'DUP1 '.repeat(1_024)} ADD`,
      `${'PUSH0 '.repeat(1_024)} POP`,
      `${'PUSH0 '.repeat(1_025)} POP`,
      'PUSH 1 PUSH 2 PUSH 3 SWAP2 SUB SWAP1 PUSH 100 MUL ADD',
      'PUSH 1 SWAP1',
      'POP',
    ],
    storage: [
      ...[0, 1, 2].flatMap((a) =>
        [0, 1, 2].flatMap((b) =>
          [0, 1, 2].map(
            (c) =>
              `PUSH ${a} PUSH 1 SSTORE PUSH ${b} PUSH 1 SSTORE PUSH ${c} PUSH 1 SSTORE PUSH 1 SLOAD`,
          ),
        ),
      ),
      'PUSH 1 SLOAD PUSH 1 SLOAD ADD PUSH 5 PUSH 1 SSTORE PUSH 2 SLOAD ADD',
      'PUSH 1 SSTORE',
      'SLOAD',
      'PUSH 7 PUSH 3 TSTORE PUSH 3 TLOAD',
    ],
    logs: [
      'PUSH 10 PUSH 5 LOG0 PUSH 1',
      'PUSH 1 PUSH 2 PUSH 3 PUSH 4 PUSH 10 PUSH 5 LOG4 PUSH 1',
      'PUSH 1 PUSH 10 PUSH 5 LOG2',
      'PUSH 0 PUSH 99999999999999999999 LOG0 PUSH 3',
      'PUSH 99999999999 PUSH 0 LOG0',
    ],
    ends: ['STOP', 'INVALID', '', 'PUSH 1', 'PUSH 40 PUSH 0 REVERT'],
  }
  for (const [what, sources] of Object.entries(SPECIAL)) {
    it(`${what} come out the same, at every amount of gas`, async () => {
      for (const source of sources) {
        const code = assemble(`${source} ${source.length < 300 ? RESULT : ''}`)
        const calls = [0n, 1n, 100n, 2_300n, 2_301n, 5_000n, 21_000n, 29_000n, GAS].map(
          (gas) => [CONTRACT, new Uint8Array(40).fill(9), gas] as const,
        )
        await expectEqualRuns(new Map([[CONTRACT, code]]), calls, source.slice(0, 200))
      }
    })
  }

  for (const { name, source, pushGas, cold, warm } of STATE_READS) {
    it(`${name} comes out the same about each price it may have, cold and then warm`, async () => {
      // Only some leave a word behind.
      const twice = assemble(`PUSH 1 ${source} ${source} PUSH 1 ${RESULT}`)
      const first = 3 + pushGas + cold
      const amounts = [first, first + pushGas + warm].flatMap((price) =>
        [-2, -1, 0, 1, 2, 20].map((more) => BigInt(price + more)),
      )
      // Once more after what is written was written before.
      const calls = [...amounts, GAS, ...amounts].map(
        (gas) => [CONTRACT, new Uint8Array(0), gas] as const,
      )
      await expectEqualRuns(new Map([[CONTRACT, twice]]), calls, name)
    })
  }

  it('no operation comes out different for operands of any size', async () => {
    const random = new Random(7)
    for (let opcode = 0; opcode < 256; opcode++) {
      for (let i = 0; i < 10; i++) {
        const operands = Array.from({ length: 8 }, () => `PUSH ${random.pick(WORDS)}`)
        const [before, after] = [assemble(operands.join(' ')), assemble(RESULT)]
        const code = Uint8Array.of(...before, opcode, ...after)
        await expectEqualRuns(
          new Map([[CONTRACT, code]]),
          [[CONTRACT, random.bytes(50), GAS]],
          `${operands.join(' ')} ${opcode}`,
        )
      }
    }
  })

  it('bytes that nobody meant as a program do the same damage', async () => {
    const random = new Random(99)
    for (let i = 0; i < 300; i++) {
      const code = random.bytes(1 + random.below(200))
      await expectEqualRuns(
        new Map([[CONTRACT, code]]),
        [[CONTRACT, random.bytes(50), GAS]],
        bytesToHex(code),
      )
    }
  })

  it('random programs that call one another leave the same state', async () => {
    const from = Number(process.env['PROGRAMS_FROM'] ?? 1)
    const seeds = Number(process.env['PROGRAMS_SEEDS'] ?? 60)
    for (let seed = from; seed < from + seeds; seed++) {
      const random = new Random(seed)
      const addresses = Array.from(
        { length: 6 },
        (_, i): Address => `0x${'c0de'.repeat(9)}${i.toString(16).padStart(4, '0')}`,
      )
      const world = { addresses: [...addresses, CALLER, `0x${'4'.padStart(40, '0')}` as const] }
      const programs = new Map(
        addresses.map((address) => [address, randomProgram(random, 20 + random.below(150), world)]),
      )
      const calls = Array.from({ length: 8 }, () => {
        const gas = BigInt(random.pick([3_000, 30_000, 300_000, 2_000_000]))
        return [random.pick(addresses), random.bytes(random.below(80)), gas] as const
      })
      await expectEqualRuns(programs, calls, `seed ${seed}`)
    }
  })
})
