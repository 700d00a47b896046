/**
 * Calls that run one precompile for as long as they may: code that fills its memory with one input
 * over and over, and hands all of it to the precompile until its gas is gone.
 */
import { createHash } from 'node:crypto'
import { bytesToHex } from '@ethereumjs/util'
import { bls12_381 } from '@noble/curves/bls12-381.js'
import { bn254 } from '@noble/curves/bn254.js'
import { assert } from '../../consensus/errors.ts'
import type { Address } from '../../consensus/types.ts'
import { assemble } from './evm-assembly.ts'

export type HostileCall = {
  readonly name: string
  /** As 40 hex digits. */
  readonly precompile: string
  /** The input of one run, repeated. */
  readonly unit: Uint8Array
  readonly repeats: number
}

/** Where the code stands, by a state override or a block 0. */
export const HOSTILE: Address = `0x${'ba'.repeat(20)}`

const SCALAR = bytesOf(2n ** 255n - 19n, 32)
const G1 = bls12_381.G1.Point.BASE.toAffine()
const G2 = bls12_381.G2.Point.BASE.toAffine()
const BLS_G1 = join(bytesOf(G1.x, 64), bytesOf(G1.y, 64))
const BLS_G2 = join(...[G2.x.c0, G2.x.c1, G2.y.c0, G2.y.c1].map((part) => bytesOf(part, 64)))
const BN_G1 = bn254.G1.Point.BASE.toAffine()
const BN_G2 = bn254.G2.Point.BASE.toAffine()
const BN_PAIR = join(
  ...[BN_G1.x, BN_G1.y, BN_G2.x.c1, BN_G2.x.c0, BN_G2.y.c1, BN_G2.y.c0].map((part) =>
    bytesOf(part, 32),
  ),
)

/** Each of its runs, but for the smallest, takes most of the gas of a transaction. */
export const HOSTILE_CALLS: readonly HostileCall[] = [
  hostile('BLAKE2F', '09', blakeInput(14_000_000)),
  hostile('MODEXP', '05', powerInput(1_024, 40)),
  hostile('BN254 pairing', '08', BN_PAIR, 256),
  hostile('BLS12-381 pairing', '0f', join(BLS_G1, BLS_G2), 256),
  hostile('BLS12-381 G1 MSM', '0c', join(BLS_G1, SCALAR), 2_048),
  hostile('BLS12-381 G2 MSM', '0e', join(BLS_G2, SCALAR), 1_024),
  hostile('BLS12-381 map to G2', '11', join(bytesOf(123n, 64), bytesOf(77n, 64))),
  hostile('KZG point evaluation', '0a', pointEvaluation()),
  hostile('RIPEMD-160', '03', new Uint8Array(1_024), 2_048),
  hostile('SHA-256', '02', new Uint8Array(1_024), 4_096),
  hostile('BLS12-381 G1 addition', '0b', join(BLS_G1, BLS_G1)),
  hostile('P-256', '0100', new Uint8Array(160).fill(1)),
]

/** Gas ends these before long: their precompiles are priced well. */
const CHEAP: ReadonlySet<string> = new Set(['MODEXP', 'RIPEMD-160', 'SHA-256', 'P-256'])

/** Many seconds of 50 million gas. */
export const ENDLESS_CALLS: readonly HostileCall[] = HOSTILE_CALLS.filter(
  ({ name }) => !CHEAP.has(name),
)

/** Never ends by itself. */
export function hostileCode({ precompile, unit, repeats }: HostileCall): Uint8Array {
  const total = unit.length * repeats
  return assemble(
    `CALLDATASIZE PUSH 0 PUSH 0 CALLDATACOPY CALLDATASIZE more: DUP1 PUSH ${total} SWAP1 LT ISZERO ` +
      '@full JUMPI DUP1 PUSH 0 DUP3 MCOPY DUP1 ADD @more JUMP full: POP ' +
      `again: PUSH 0 PUSH 0 PUSH ${total} PUSH 0 PUSH ${Number.parseInt(precompile, 16)} ` +
      'GAS STATICCALL POP @again JUMP',
  )
}

/** Parameters of `eth_call` and of its kin. */
export function hostileRequest(call: HostileCall) {
  const transaction = { to: HOSTILE, data: bytesToHex(call.unit) }
  const overrides = { [HOSTILE]: { code: bytesToHex(hostileCode(call)) } }
  return { transaction, overrides }
}

/** What is not told takes one input. `repeats` is a power of two. */
function hostile(name: string, address: string, unit: Uint8Array, repeats = 1): HostileCall {
  return { name, precompile: address.padStart(40, '0'), unit, repeats }
}

function blakeInput(rounds: number): Uint8Array {
  const input = new Uint8Array(213)
  new DataView(input.buffer).setUint32(0, rounds)
  return input
}

/** An input of MODEXP. */
export function powerInput(baseBytes: number, exponentBytes: number): Uint8Array {
  const modulus = new Uint8Array(baseBytes).fill(255)
  modulus[baseBytes - 1] = 253
  const lengths = [baseBytes, exponentBytes, baseBytes].map((bytes) => bytesOf(BigInt(bytes), 32))
  const ones = (bytes: number) => new Uint8Array(bytes).fill(255)
  return join(...lengths, ones(baseBytes), ones(exponentBytes), modulus)
}

/** That of the tests of node / crypto / point-evaluation, made by another implementation. */
function pointEvaluation(): Uint8Array {
  const [z, y, commitment, proof] = [
    '000000000000000000000000000000000000000000000000000000003ade68b1',
    '4c41931bdacba63cf6a69517399551f5e2e6823205af362da12efc193de89fed',
    '8bf4f00d9f6762bdb90d5669cb8028285f28c2d8ef3869ddbad42c74a361ebbda0513ee2c9420ff6db37ed9c1f8aa055',
    '82d5509f755b97febadf5d67911ab1575791df4f615169a744b9e2586c8a1ab2ad45a73a3830f3c7febf911aa0f3ba24',
  ].map((hex) => new Uint8Array(Buffer.from(hex, 'hex')))
  assert(z && y && commitment && proof, 'four parts')
  const versionedHash = createHash('sha256').update(commitment).digest()
  versionedHash[0] = 1
  return join(versionedHash, z, y, commitment, proof)
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

export function bytesOf(value: bigint, length: number): Uint8Array {
  return new Uint8Array(Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex'))
}
