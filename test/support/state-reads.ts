/** Operations that read the state, and the least gas with which each does (EIP-2929, EIP-2200). */
import type { Address } from '../../consensus/types.ts'

export const TARGET: Address = `0x${'7a'.repeat(20)}`

export type StateRead = {
  readonly name: string
  /** The operation on {@link TARGET}, or on slot 7, with its words pushed. */
  readonly source: string
  /** Of the pushes. */
  readonly pushGas: number
  readonly cold: number
  readonly warm: number
  readonly reads: readonly ('account' | 'code' | 'slot')[]
}

const ACCOUNT = { cold: 2_600, warm: 100 }
const ONE_WORD = [BigInt(TARGET)]
const FOUR_ZEROS = [0n, 0n, 0n, 0n]
const SLOT = 7n

export const STATE_READS: readonly StateRead[] = [
  { ...pushed('BALANCE', ONE_WORD), ...ACCOUNT, reads: ['account'] },
  { ...pushed('EXTCODEHASH', ONE_WORD), ...ACCOUNT, reads: ['account'] },
  { ...pushed('EXTCODESIZE', ONE_WORD), ...ACCOUNT, reads: ['account', 'code'] },
  {
    ...pushed('EXTCODECOPY', [0n, 0n, 0n, BigInt(TARGET)]),
    ...ACCOUNT,
    reads: ['account', 'code'],
  },
  ...['CALL', 'CALLCODE', 'DELEGATECALL', 'STATICCALL'].map((name): StateRead => {
    const value = name === 'CALL' || name === 'CALLCODE' ? [0n] : []
    const words = [...FOUR_ZEROS, ...value, BigInt(TARGET), 0n]
    return { ...pushed(name, words), ...ACCOUNT, reads: ['account', 'code'] }
  }),
  { ...pushed('SLOAD', [SLOT]), cold: 2_100, warm: 100, reads: ['slot'] },
  // More than the stipend of a transfer, whatever the slot.
  { ...pushed('SSTORE', [1n, SLOT]), cold: 2_301, warm: 2_301, reads: ['slot'] },
  // With this much it still fails, as its access costs more, but nothing is for free.
  { ...pushed('SELFDESTRUCT', ONE_WORD), cold: 5_000, warm: 5_000, reads: ['account'] },
]

function pushed(
  name: string,
  words: readonly bigint[],
): Pick<StateRead, 'name' | 'source' | 'pushGas'> {
  const source = [...words.map((word) => `PUSH ${word}`), name].join(' ')
  // PUSH0 is cheaper than the others.
  const pushGas = words.reduce((sum, word) => sum + (word === 0n ? 2 : 3), 0)
  return { name, source, pushGas }
}
