/** Reads of our own predeploys at a block: numbers in, words out. */
import { assert } from '../../consensus/errors.ts'
import type { Address, Hex } from '../../consensus/types.ts'
import type { StateReader } from '../../node/api.ts'
import type { EthereumSummary } from '../../node/events.ts'

const WORD_CHARS = 64
/** Far more than any getter of ours takes. */
const READ_GAS = 1_000_000n

/** Words that `selector` of `contract` returns; undefined before its fork has put code there. */
export async function readContract(
  state: Pick<StateReader, 'call'>,
  block: EthereumSummary,
  contract: Address,
  selector: Hex,
  ...args: readonly bigint[]
): Promise<readonly bigint[] | undefined> {
  const words = args.map((arg) => arg.toString(16).padStart(WORD_CHARS, '0'))
  const data = Buffer.from(selector.slice(2) + words.join(''), 'hex')
  const outcome = await state.call(block, { to: contract, data, gas: READ_GAS })
  assert(outcome.kind === 'ok', `a getter of ${contract} does not fail`)
  const text = outcome.output.slice(2)
  if (text.length === 0) return undefined
  return (text.match(/.{64}/g) ?? []).map((word) => BigInt(`0x${word}`))
}

/** The same for a getter of one number; zero where there is no code. */
export async function readNumber(
  state: Pick<StateReader, 'call'>,
  block: EthereumSummary,
  contract: Address,
  selector: Hex,
  ...args: readonly bigint[]
): Promise<bigint> {
  return (await readContract(state, block, contract, selector, ...args))?.[0] ?? 0n
}
