/**
 * Tokens out of nothing. Where a token keeps a balance or an allowance is found by asking it, as in
 * anvil: a slot that it reads, and that its answer follows whatever is put there.
 */
import type { Address, Hex } from '../../consensus/types.ts'
import type { NodeApi } from '../../node/api.ts'
import type { DevControls } from '../../node/dev/controls.ts'
import { withSignal } from '../dispatch/call-time.ts'
import { RpcError } from '../errors.ts'
import { type MethodTable, method, required } from '../method.ts'
import type { NodeModules } from '../modules.ts'
import { address, bytes } from '../params/primitives.ts'
import { named } from './aliases.ts'
import { amount } from './amounts.ts'

const BALANCE_OF = '0x70a08231'
const ALLOWANCE = '0xdd62ed3e'
/** Words that no flag or total holds by chance; tokens that pack their slots hold them too. */
const PROBES: readonly [bigint, bigint] = [0x5a17c0ffee5a17c0ffeen, 0x3e11ab1e3e11ab1e3en]
/** Slots of one answer that are tried; each costs two calls. */
export const SLOTS_TRIED_MAX = 128

/** What a token is asked: the answer is a number. */
type Question = {
  readonly token: Address
  readonly data: Uint8Array
  /** For people: "balance". */
  readonly wanted: string
}

type TokenModules = Pick<NodeModules, 'api' | 'callTimeMs'>

export function tokenMethods(dev: DevControls, modules: TokenModules): MethodTable {
  const token = required('token', address)
  const write = async (question: Question, value: bigint): Promise<null> => {
    const slot = await withSignal(modules.callTimeMs, (signal) =>
      findSlot(modules.api, question, value, signal),
    )
    await dev.write(new Map([[question.token, { storage: new Map([[slot, wordOf(value)]]) }]]))
    return null
  }
  const deal = method({
    description: 'Gives an account this balance of a token, out of nothing',
    params: [required('address', address), token, required('amount', amount)],
    isUntimed: true,
    handler: ([who, token, amount]) =>
      write({ token, data: callData(BALANCE_OF, who), wanted: 'balance' }, amount),
  })
  return {
    ...named('dealERC20', ['anvil', 'hardhat'], deal),
    ...named('setERC20Balance', ['anvil'], deal),
    anvil_setERC20Allowance: method({
      description: 'Lets an account spend so much of the tokens of another',
      params: [
        required('owner', address),
        required('spender', address),
        token,
        required('amount', amount),
      ],
      isUntimed: true,
      handler: ([owner, spender, token, amount]) =>
        write({ token, data: callData(ALLOWANCE, owner, spender), wanted: 'allowance' }, amount),
    }),
  }
}

/** Throws CALL_FAILED where no slot decides the answer, or where it does not hold `value`. */
async function findSlot(
  api: NodeApi,
  question: Question,
  value: bigint,
  signal: AbortSignal,
): Promise<Hex> {
  const { token, data, wanted } = question
  const head = api.chain.head()
  const read = await api.state.createAccessList(head, { to: token, data }, {}, { signal })
  const touched = read.kind === 'ok' ? read.accessList : []
  const slots = touched.flatMap((entry) => (entry.address === token ? entry.storageKeys : []))
  const answers = async (slot: Hex, word: bigint): Promise<boolean> => {
    const stateDiff = new Map([[slot, wordOf(word)]])
    const accounts = new Map([[token, { stateDiff }]])
    const outcome = await api.state.call(head, { to: token, data }, { accounts }, { signal })
    return outcome.kind === 'ok' && outcome.output === wordOf(word)
  }
  for (const slot of slots.slice(0, SLOTS_TRIED_MAX)) {
    const isDecided = (await answers(slot, PROBES[0])) && (await answers(slot, PROBES[1]))
    if (!isDecided) continue
    if (await answers(slot, value)) return slot
    throw failed(`Unable to set ERC20 ${wanted}, the token does not hold ${value}`)
  }
  throw failed(`Unable to set ERC20 ${wanted}, no slot found`)
}

function callData(selector: Hex, ...addresses: readonly Address[]): Uint8Array {
  const words = addresses.map((who) => who.slice(2).padStart(64, '0'))
  return bytes.parse(selector + words.join(''), 'data')
}

function wordOf(value: bigint): Hex {
  return `0x${value.toString(16).padStart(64, '0')}`
}

function failed(reason: string): RpcError {
  return new RpcError({ code: 'CALL_FAILED' }, reason)
}
