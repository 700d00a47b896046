/**
 * Who may move coins through 0x…00fd: nobody but the facade, by a plain call (M16). Every attack is
 * run twice: with all rules, and with the rule that stops it taken out, when it succeeds.
 */
import { bytesToHex, eoaCode7702SignAuthorization, hexToBytes } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import type { Address, Hex } from '../../../../consensus/types.ts'
import type { GenesisAccount } from '../../../../genesis/genesis-file.ts'
import { PREDEPLOYS, TRANSFER_PRECOMPILE } from '../../../../genesis/predeploys.ts'
import { keccak256 } from '../../../../gpu/reference/keccak.ts'
import {
  TRANSFER_RULES,
  type TransferRule,
} from '../../../../node/execution/evm/native-transfer-precompile.ts'
import { testGenesis } from '../../../support/chain-factory.ts'
import { assemble } from '../../../support/evm-assembly.ts'
import { accountOf, callData, ExecutionChain, WALLETS } from '../../../support/execution-chain.ts'
import { openTemporaryDatabase } from '../../../support/temporary-database.ts'

const VICTIM = WALLETS[5]!.address
const THIEF = WALLETS[6]!
const CONTRACT: Address = `0x${'ee'.repeat(20)}`
const OTHER: Address = `0x${'ef'.repeat(20)}`
const LOOT = 10n ** 18n
const MOVE = words(VICTIM, THIEF.address, LOOT)

type Attack = {
  /** Rules without which it works; every one of them alone, or all of them together. */
  readonly stoppedBy: readonly TransferRule['name'][]
  readonly alloc?: readonly (readonly [Address, GenesisAccount])[]
  readonly to?: Address
  readonly data?: Hex
  readonly value?: bigint
}

const code = (source: string): GenesisAccount => accountOf({ nonce: 1n, code: assemble(source) })
const CALLDATA = 'CALLDATASIZE PUSH 0 PUSH 0 CALLDATACOPY'

/** Hands its call data on to `target`, and stops whatever comes of it. */
function forward(operation: string, target: Hex = TRANSFER_PRECOMPILE, value = ''): GenesisAccount {
  const value0 = operation === 'CALL' || operation === 'CALLCODE' ? `PUSH ${value || 0}` : ''
  return code(
    `${CALLDATA} PUSH 0 PUSH 0 CALLDATASIZE PUSH 0 ${value0} PUSH ${target} GAS ${operation} POP STOP`,
  )
}

const ATTACKS: Record<string, Attack> = {
  'a transaction straight to the precompile': { stoppedBy: ['caller'], to: TRANSFER_PRECOMPILE },
  'a contract that calls it': { stoppedBy: ['caller'], alloc: [[CONTRACT, forward('CALL')]] },
  'a contract by CALLCODE': {
    stoppedBy: ['caller', 'plain-call'],
    alloc: [[CONTRACT, forward('CALLCODE')]],
  },
  'a contract by DELEGATECALL': {
    stoppedBy: ['caller', 'plain-call'],
    alloc: [[CONTRACT, forward('DELEGATECALL')]],
  },
  'a contract by STATICCALL': {
    stoppedBy: ['caller', 'not-static'],
    alloc: [[CONTRACT, forward('STATICCALL')]],
  },
  'the facade code by DELEGATECALL, with allowances of the thief': {
    stoppedBy: ['caller'],
    alloc: [
      [
        CONTRACT,
        { ...forward('DELEGATECALL', PREDEPLOYS.AI), storage: allowance(VICTIM, THIEF.address) },
      ],
    ],
    data: callData('0x23b872dd', VICTIM, THIEF.address, LOOT),
  },
  // From here on the facade itself is another one: what stops a fault of its own.
  'a facade that hands the call on by CALLCODE': {
    stoppedBy: ['plain-call'],
    alloc: [[PREDEPLOYS.AI, forward('CALLCODE')]],
    to: PREDEPLOYS.AI,
  },
  'a contract that the facade calls, by DELEGATECALL': {
    stoppedBy: ['plain-call'],
    alloc: [
      [PREDEPLOYS.AI, forward('CALL', OTHER)],
      [OTHER, forward('DELEGATECALL')],
    ],
    to: PREDEPLOYS.AI,
  },
  'a transfer inside a static frame': {
    stoppedBy: ['not-static'],
    alloc: [
      [PREDEPLOYS.AI, forward('CALL')],
      [CONTRACT, forward('STATICCALL', PREDEPLOYS.AI)],
    ],
  },
  'a transfer with value': {
    stoppedBy: ['no-value'],
    alloc: [[PREDEPLOYS.AI, forward('CALL', TRANSFER_PRECOMPILE, '1')]],
    to: PREDEPLOYS.AI,
    value: 1n,
  },
  'input that is too long': {
    stoppedBy: ['input-length'],
    alloc: [[PREDEPLOYS.AI, forward('CALL')]],
    to: PREDEPLOYS.AI,
    data: `${MOVE}00`,
  },
  'input that is too short': {
    stoppedBy: ['input-length'],
    alloc: [[PREDEPLOYS.AI, forward('CALL')]],
    to: PREDEPLOYS.AI,
    // The amount without its last byte, which reads as a word that ends in zero.
    data: MOVE.slice(0, -2) as Hex,
  },
}

async function open(attack: Attack, missing: readonly string[]): Promise<ExecutionChain> {
  return ExecutionChain.open({
    genesis: await testGenesis(),
    store: await openTemporaryDatabase(),
    alloc: attack.alloc ?? [],
    transferRules: TRANSFER_RULES.filter(({ name }) => !missing.includes(name)),
  })
}

/** Coins that the attack takes from the victim. */
async function loot(attack: Attack, missing: readonly string[]): Promise<bigint> {
  const chain = await open(attack, missing)
  const before = await chain.balance(VICTIM)
  const { to = CONTRACT, data = MOVE, value = 0n } = attack
  const call = { from: THIEF.address, to, data: hexToBytes(data), value }
  const after = await balanceAfter(chain, call)
  return before - after
}

/** The victim's balance after a call, in the frame above it. */
async function balanceAfter(
  chain: ExecutionChain,
  call: { from: Address; to: Address; data: Uint8Array; value: bigint },
): Promise<bigint> {
  const size = call.data.length
  const above = assemble(
    `${CALLDATA} PUSH 0 PUSH 0 PUSH ${size} PUSH 0 CALLVALUE PUSH ${call.to} GAS CALL POP ` +
      `PUSH ${VICTIM} BALANCE PUSH 0 MSTORE PUSH 32 PUSH 0 RETURN`,
  )
  const overrides = { accounts: new Map([[THIEF.address, { code: above }]]) }
  const base = chain.parentState()
  const outcome = await chain.executor.call(
    base,
    { from: THIEF.address, to: THIEF.address, data: call.data, value: call.value },
    overrides,
  )
  expect(outcome.kind).toBe('ok')
  return outcome.kind === 'ok' ? BigInt(outcome.output) : 0n
}

describe('node / execution / native-transfer-precompile', () => {
  for (const [name, attack] of Object.entries(ATTACKS)) {
    it(`M16: refuses ${name}`, async () => {
      expect(await loot(attack, [])).toBe(0n)
    })

    it(`M16: would not refuse ${name} without ${attack.stoppedBy.join(' and ')}`, async () => {
      expect(await loot(attack, attack.stoppedBy)).toBeGreaterThanOrEqual(LOOT)
    })
  }

  it('refuses more than there is, and would make coins without that rule', async () => {
    const attack: Attack = { stoppedBy: ['balance'], alloc: [[PREDEPLOYS.AI, forward('CALL')]] }
    const data = hexToBytes(words(OTHER, THIEF.address, LOOT))
    const gained = async (missing: readonly string[]): Promise<bigint> => {
      const chain = await open(attack, missing)
      const above = assemble(
        `${CALLDATA} PUSH 0 PUSH 0 CALLDATASIZE PUSH 0 PUSH 0 PUSH ${PREDEPLOYS.AI} GAS CALL POP ` +
          'ADDRESS BALANCE PUSH 0 MSTORE PUSH 32 PUSH 0 RETURN',
      )
      const outcome = await chain.executor.call(
        chain.parentState(),
        { from: THIEF.address, to: THIEF.address, data },
        { accounts: new Map([[THIEF.address, { code: above, balance: 0n }]]) },
      )
      return outcome.kind === 'ok' ? BigInt(outcome.output) : -1n
    }
    expect(await gained([])).toBe(0n)
    expect(await gained(['balance'])).toBe(LOOT)
  })

  it('every rule is in one of these attacks by itself', () => {
    const alone = Object.values(ATTACKS).filter(({ stoppedBy }) => stoppedBy.length === 1)
    const named = new Set([...alone.flatMap(({ stoppedBy }) => stoppedBy), 'balance'])
    expect(named).toEqual(new Set(TRANSFER_RULES.map(({ name }) => name)))
  })

  it('serves the facade, for 9,000 gas, and takes the move back with the frame that made it', async () => {
    const chain = await open({ stoppedBy: [] }, [])
    const receiver: Address = `0x${'12'.repeat(20)}`
    const transfer = callData('0xa9059cbb', receiver, 5n)
    const { receipts } = await chain.advance([
      chain.sign(THIEF, { to: PREDEPLOYS.AI, data: transfer }),
    ])
    expect(receipts[0]).toMatchObject({ status: 1, logs: [{ address: PREDEPLOYS.AI }] })
    expect(await chain.balance(receiver)).toBe(5n)
    const reverting = assemble(
      `${CALLDATA} PUSH 0 PUSH 0 CALLDATASIZE PUSH 0 PUSH 0 PUSH ${PREDEPLOYS.AI} GAS CALL POP PUSH 0 PUSH 0 REVERT`,
    )
    const initcode = bytesToHex(reverting)
    await chain.advance([chain.sign(THIEF, { data: initcode, value: 9n, gasLimit: 200_000n })])
    expect(await chain.balance(receiver)).toBe(5n)
  })

  for (const target of [PREDEPLOYS.AI, TRANSFER_PRECOMPILE] as const) {
    it(`M16: refuses an account that delegates to ${target}`, async () => {
      const chain = await open({ stoppedBy: [] }, [])
      const before = await chain.balance(VICTIM)
      const authorization = eoaCode7702SignAuthorization(
        { chainId: '0x0', address: target, nonce: '0x1' },
        THIEF.key,
      )
      const delegated = chain.sign(THIEF, {
        type: 4,
        to: THIEF.address,
        authorizationList: [authorization],
        data: MOVE,
        gasLimit: 200_000n,
      })
      const { receipts } = await chain.advance([
        delegated,
        chain.sign(WALLETS[7]!, { to: THIEF.address, data: MOVE }),
        chain.sign(WALLETS[7]!, { to: THIEF.address, data: callData('0xa9059cbb', OTHER, 1n) }),
      ])
      expect(await chain.balance(VICTIM)).toBe(before)
      expect(await chain.balance(OTHER)).toBe(0n)
      expect(receipts.flatMap(({ logs }) => logs)).toEqual([])
    })
  }
})

function words(...values: readonly (bigint | Hex)[]): Hex {
  return callData('0x', ...values)
}

/** OpenZeppelin's ERC20: allowances by owner and spender, in slot 1. */
function allowance(owner: Address, spender: Address): Map<Hex, Hex> {
  const inner = keccak256(hexToBytes(words(owner, 1n)))
  const slot = bytesToHex(keccak256(hexToBytes(words(spender)), inner))
  const unlimited: Hex = `0x${'ff'.repeat(32)}`
  return new Map([[slot, unlimited]])
}
