/**
 * 0x…00fd: moves native coins for the ERC-20 facade at 0x…0A10 and for nobody else. Celo's ABI,
 * `abi.encode(from, to, value)`, and its flat price. It logs nothing: the facade does.
 *
 * Spec: docs/spec/token-economy.md, "One balance", rule 1. Each check answers an attack that works
 * without it, and the tests take them out one by one to show that.
 */
import {
  EVMError,
  type ExecResult,
  type Message,
  type PrecompileFunc,
  type PrecompileInput,
} from '@ethereumjs/evm'
import { Account, Address, createAddressFromString } from '@ethereumjs/util'
import { assert } from '../../../consensus/errors.ts'
import { PREDEPLOYS, TRANSFER_PRECOMPILE } from '../../../genesis/predeploys.ts'
import { integerOf } from '../../state/flat/integers.ts'

/** Celo's price: gas is the same here and in forge's emulation. */
export const TRANSFER_GAS = 9_000n

const INPUT_BYTES = 96
const FACADE = createAddressFromString(PREDEPLOYS.AI)
const PRECOMPILE = createAddressFromString(TRANSFER_PRECOMPILE)

/** The message by which the precompile was reached. */
export type TransferMessage = Pick<
  Message,
  'caller' | 'to' | 'delegatecall' | 'isStatic' | 'value' | 'data'
>

export type TransferRule = {
  readonly name: 'caller' | 'plain-call' | 'not-static' | 'no-value' | 'input-length' | 'balance'
  /** `balance` is that of the account to pay from. */
  readonly allows: (message: TransferMessage, amount: bigint, balance: bigint) => boolean
}

/** All of them must allow a transfer. */
export const TRANSFER_RULES: readonly TransferRule[] = [
  { name: 'caller', allows: ({ caller }) => caller.equals(FACADE) },
  {
    // DELEGATECALL and CALLCODE run the precompile at the address of their caller.
    name: 'plain-call',
    allows: ({ to, delegatecall }) => !delegatecall && to?.equals(PRECOMPILE) === true,
  },
  { name: 'not-static', allows: ({ isStatic }) => !isStatic },
  { name: 'no-value', allows: ({ value }) => value === 0n },
  { name: 'input-length', allows: ({ data }) => data.length === INPUT_BYTES },
  { name: 'balance', allows: (_, amount, balance) => balance >= amount },
]

/** The precompile; `currentMessage` is the one that the EVM executes. */
export function createTransferPrecompile(
  currentMessage: () => TransferMessage | undefined,
  rules: readonly TransferRule[] = TRANSFER_RULES,
): PrecompileFunc {
  return async (input) => {
    if (input.gasLimit < TRANSFER_GAS) return failure(input, EVMError.errorMessages.OUT_OF_GAS)
    const message = currentMessage()
    assert(message !== undefined, 'a precompile runs within a message')
    const [from, to, amount] = decodeInput(input.data)
    const { stateManager } = input._EVM
    const source = (await stateManager.getAccount(from)) ?? new Account()
    if (!rules.every((rule) => rule.allows(message, amount, source.balance))) {
      return failure(input, EVMError.errorMessages.REVERT)
    }
    // Through the journal, so that a revert of any frame above takes the move back.
    source.balance -= amount
    await input._EVM.journal.putAccount(from, source)
    const target = (await stateManager.getAccount(to)) ?? new Account()
    target.balance += amount
    await input._EVM.journal.putAccount(to, target)
    return { executionGasUsed: TRANSFER_GAS, returnValue: new Uint8Array(0) }
  }
}

function decodeInput(data: Uint8Array): readonly [from: Address, to: Address, amount: bigint] {
  const words = new Uint8Array(INPUT_BYTES)
  words.set(data.subarray(0, INPUT_BYTES))
  return [
    new Address(words.slice(12, 32)),
    new Address(words.slice(44, 64)),
    integerOf(words.subarray(64)),
  ]
}

/** As any failing precompile: all gas of the call is gone and nothing comes back. */
function failure({ gasLimit }: PrecompileInput, error: ExceptionMessage): ExecResult {
  return {
    executionGasUsed: gasLimit,
    exceptionError: new EVMError(error),
    returnValue: new Uint8Array(0),
  }
}

type ExceptionMessage = ConstructorParameters<typeof EVMError>[0]
