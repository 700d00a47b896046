/**
 * EVM code by the names of its operations: `assemble('PUSH 1 PUSH 0 SSTORE')`. PUSH takes the width
 * that its number needs; `name:` marks a place and `@name` pushes it.
 */
import { hexToBytes } from '@ethereumjs/util'
import type { Hex } from '../../consensus/types.ts'

const NAMES =
  '00STOP 01ADD 02MUL 03SUB 04DIV 05SDIV 06MOD 07SMOD 08ADDMOD 09MULMOD 0aEXP 0bSIGNEXTEND 10LT 11GT ' +
  '12SLT 13SGT 14EQ 15ISZERO 16AND 17OR 18XOR 19NOT 1aBYTE 1bSHL 1cSHR 1dSAR 1eCLZ 20KECCAK256 ' +
  '30ADDRESS 31BALANCE 32ORIGIN 33CALLER 34CALLVALUE 35CALLDATALOAD 36CALLDATASIZE 37CALLDATACOPY ' +
  '38CODESIZE 39CODECOPY 3aGASPRICE 3bEXTCODESIZE 3cEXTCODECOPY 3dRETURNDATASIZE 3eRETURNDATACOPY ' +
  '3fEXTCODEHASH 40BLOCKHASH 41COINBASE 42TIMESTAMP 43NUMBER 44PREVRANDAO 45GASLIMIT 46CHAINID ' +
  '47SELFBALANCE 48BASEFEE 49BLOBHASH 4aBLOBBASEFEE 50POP 51MLOAD 52MSTORE 53MSTORE8 54SLOAD 55SSTORE ' +
  '56JUMP 57JUMPI 58PC 59MSIZE 5aGAS 5bJUMPDEST 5cTLOAD 5dTSTORE 5eMCOPY 5fPUSH0 80DUP1 81DUP2 82DUP3 ' +
  '90SWAP1 91SWAP2 a0LOG0 a1LOG1 a2LOG2 a3LOG3 a4LOG4 f0CREATE f1CALL f2CALLCODE f3RETURN f4DELEGATECALL ' +
  'f5CREATE2 faSTATICCALL fdREVERT feINVALID ffSELFDESTRUCT'

const OPCODES = new Map(
  NAMES.split(' ').map((name) => [name.slice(2), Number.parseInt(name.slice(0, 2), 16)]),
)

export function assemble(source: string): Uint8Array {
  const bytes: number[] = []
  const places = new Map<string, number>()
  const wanted: { readonly name: string; readonly at: number }[] = []
  const words = source.split(/\s+/).filter(Boolean)
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    if (word.endsWith(':')) {
      places.set(word.slice(0, -1), bytes.length)
      bytes.push(OPCODES.get('JUMPDEST')!)
    } else if (word.startsWith('@')) {
      bytes.push(0x61, 0, 0)
      wanted.push({ name: word.slice(1), at: bytes.length - 2 })
    } else if (word === 'PUSH') bytes.push(...push(BigInt(words[++i]!)))
    else bytes.push(OPCODES.get(word) ?? unknown(word))
  }
  for (const { name, at } of wanted) {
    const place = places.get(name) ?? unknown(name)
    bytes[at] = place >> 8
    bytes[at + 1] = place & 0xff
  }
  return Uint8Array.from(bytes)
}

/** Initcode that leaves `code` behind, after `before` ran. */
export function initcodeOf(code: Uint8Array, before = ''): Uint8Array {
  const prefix = assemble(before)
  const copy = (offset: number) =>
    assemble(`PUSH ${code.length} PUSH ${offset} PUSH 0 CODECOPY PUSH ${code.length} PUSH 0 RETURN`)
  let length = prefix.length + copy(255).length
  length = prefix.length + copy(length).length
  return Uint8Array.from([...prefix, ...copy(length), ...code])
}

function push(value: bigint): number[] {
  if (value === 0n) return [0x5f]
  const hex = value.toString(16)
  const bytes = hexToBytes(`0x${hex.padStart(hex.length + (hex.length % 2), '0')}` as Hex)
  return [0x5f + bytes.length, ...bytes]
}

function unknown(word: string): never {
  throw new Error(`no operation or place ${word}`)
}
