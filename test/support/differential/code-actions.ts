/** Programs: made, called, delegated to, destroyed; most of them random. */
import { bytesToHex, eoaCode7702SignAuthorization } from '@ethereumjs/util'
import type { Address, Hex } from '../../../consensus/types.ts'
import { PREDEPLOYS, PREINSTALLS } from '../../../genesis/predeploys.ts'
import type { SignedTransaction } from '../../../node/transaction.ts'
import { assemble, initcodeOf } from '../evm-assembly.ts'
import { COINBASE, type Wallet, walletOf } from '../execution-chain.ts'
import { randomProgram } from '../random-programs.ts'
import { type ActionTable, calldata, type World } from './world.ts'

/** EIP-170 and EIP-3860. */
const CODE_BYTES_MAX = 24_576
const INITCODE_BYTES_MAX = 2 * CODE_BYTES_MAX

const GAS = 500_000n
/** Gives its coins to itself while it is being made. */
const SELF_HEIR = assemble('ADDRESS SELFDESTRUCT')
const SELF_HEIR_WEI = 1_000n
/** Leaves a child that was destroyed 500 wei, after it got 300 of its own back. */
const LATE_WEI = 500n

/** Accounts that delegate. They never send, so that their nonces are known. */
const FIRST_AUTHORITY = 500
const AUTHORITIES = Array.from({ length: 6 }, (_, index) => walletOf(FIRST_AUTHORITY + index))

export const CODE_ACTIONS: ActionTable = {
  create: {
    weight: 6,
    make: (world) => create(world, initcodeOf(program(world, true))),
  },
  runInitcode: {
    weight: 6,
    destroys: 'unknown',
    make: (world) => create(world, program(world, false), world.wei(50)),
  },
  callProgram: {
    weight: 10,
    destroys: 'unknown',
    make: (world) => callProgram(world, GAS),
  },
  callProgramWithLittleGas: {
    weight: 3,
    destroys: 'unknown',
    make: (world) => callProgram(world, 26_000n + BigInt(world.random.below(20_000))),
  },
  create2: {
    weight: 3,
    destroys: 'unknown',
    make: (world) => {
      const salt = bytesToHex(world.random.bytes(32))
      const data: Hex = `${salt}${bytesToHex(initcodeOf(program(world, false))).slice(2)}`
      return world.sign(world.wallet(), { to: PREINSTALLS.Create2Deployer, data, gasLimit: GAS })
    },
  },
  selfHeir: {
    weight: 2,
    destroys: SELF_HEIR_WEI,
    make: (world) => create(world, SELF_HEIR, SELF_HEIR_WEI),
  },
  coinsAfterDeath: {
    weight: 2,
    destroys: LATE_WEI,
    make: (world) => create(world, coinsAfterDeath(BigInt(world.anyone())), 300n + LATE_WEI),
  },
  revertInConstructor: {
    weight: 1,
    fails: 'always',
    make: (world) => create(world, assemble('PUSH 7 PUSH 0 MSTORE PUSH 32 PUSH 0 REVERT'), 5n),
  },
  codeThatIsTooLarge: {
    weight: 1,
    fails: 'always',
    make: (world) =>
      create(world, assemble(`PUSH ${CODE_BYTES_MAX + 1} PUSH 0 RETURN`), 0n, 8_000_000n),
  },
  codeOfTheReservedByte: {
    weight: 1,
    fails: 'always',
    make: (world) => create(world, initcodeOf(Uint8Array.of(0xef))),
  },
  largestInitcode: {
    weight: 1,
    make: (world) => create(world, new Uint8Array(INITCODE_BYTES_MAX), 0n, 1_500_000n),
  },
  delegate: {
    weight: 4,
    destroys: 'unknown',
    make: delegate,
  },
  callDelegated: {
    weight: 3,
    destroys: 'unknown',
    make: (world) =>
      world.sign(world.wallet(), {
        to: authorityOf(world).address,
        data: calldata('burn(uint8)', [world.random.below(6)]),
        value: world.wei(9),
        gasLimit: GAS,
      }),
  },
  multicall: {
    weight: 4,
    destroys: 'unknown',
    make: multicall,
  },
}

function create(world: World, initcode: Uint8Array, value = 0n, gasLimit = GAS): SignedTransaction {
  return world.sign(world.wallet(), { data: bytesToHex(initcode), value, gasLimit })
}

function callProgram(world: World, gasLimit: bigint): SignedTransaction {
  const { random } = world
  const data = bytesToHex(random.bytes(random.below(100)))
  return world.sign(world.wallet(), { to: world.contract(), data, value: world.wei(20), gasLimit })
}

/** The sink is not among its addresses: its balance in mid-block is what the chains differ in. */
function program(world: World, isTame: boolean): Uint8Array {
  const { random } = world
  const addresses = [
    world.contract(),
    world.contract(),
    world.wallet().address,
    authorityOf(world).address,
    COINBASE,
    PREDEPLOYS.AI,
    PREINSTALLS.Multicall3,
    PREINSTALLS.HistoryStorage,
    `0x${(1 + random.below(17)).toString(16).padStart(40, '0')}` as const,
  ]
  return randomProgram(random, 20 + random.below(80), { addresses, isTame })
}

function authorityOf({ random }: World): Wallet {
  return random.pick(AUTHORITIES)
}

/**
 * Makes the authorities accounts before anything is done with them. EIP-7702 refunds what the
 * authorization of an existing account saves, and to anvil every account exists.
 */
export function fundAuthorities(world: World): readonly SignedTransaction[] {
  return AUTHORITIES.map(({ address }) => world.sign(world.wallet(), { to: address, value: 1n }))
}

/** Mostly valid; never to the facade, whose moves anvil's precompile would not refuse. */
function delegate(world: World): SignedTransaction {
  const { random } = world
  const authority = authorityOf(world)
  const target = random.pick([world.contract(), PREDEPLOYS.AIBurn, PREINSTALLS.Multicall3, NOBODY])
  const isValid = random.chance(80)
  const nonce = isValid ? world.next(authority.address) : 2n ** 60n
  const chainId = random.pick([0n, world.chainId])
  const authorization = eoaCode7702SignAuthorization(
    { chainId: quantity(chainId), address: target, nonce: quantity(nonce) },
    authority.key,
  )
  return world.sign(world.wallet(), {
    type: 4,
    to: random.pick([authority.address, world.anyone()]),
    authorizationList: [authorization],
    value: world.wei(9),
    gasLimit: GAS,
  })
}

const NOBODY: Address = `0x${'00'.repeat(20)}`

function multicall(world: World): SignedTransaction {
  const { random } = world
  const calls = Array.from({ length: 1 + random.below(4) }, () => ({
    target: random.pick([PREDEPLOYS.AI, PREDEPLOYS.EcosystemVault, world.contract()]),
    allowFailure: random.chance(90),
    value: world.wei(5),
    callData: random.pick([
      calldata('transfer(address,uint256)', [world.anyone(), world.wei(5)]),
      calldata('balanceOf(address)', [world.wallet().address]),
      calldata('release()'),
      calldata('deposit()'),
    ]),
  }))
  const value = calls.reduce((sum, call) => sum + call.value, 0n)
  const signature =
    'aggregate3Value((address target,bool allowFailure,uint256 value,bytes callData)[])'
  return world.call(PREINSTALLS.Multicall3, signature, [calls], { value })
}

/** Makes a child with 300 wei that destroys itself for `heir`, and sends the child 500 after that. */
function coinsAfterDeath(heir: bigint): Uint8Array {
  const child = bytesToHex(initcodeOf(assemble('PUSH 0 CALLDATALOAD SELFDESTRUCT')))
  const length = (child.length - 2) / 2
  return assemble(
    `PUSH ${child} PUSH 0 MSTORE PUSH ${length} PUSH ${32 - length} PUSH 300 CREATE PUSH 32 MSTORE ` +
      `PUSH ${heir} PUSH 64 MSTORE ` +
      'PUSH 0 PUSH 0 PUSH 32 PUSH 64 PUSH 0 PUSH 32 MLOAD GAS CALL POP ' +
      'PUSH 32 MLOAD PUSH 64 MSTORE ' +
      `PUSH 0 PUSH 0 PUSH 32 PUSH 64 PUSH ${LATE_WEI} PUSH 32 MLOAD GAS CALL POP STOP`,
  )
}

function quantity(value: bigint): Hex {
  return `0x${value.toString(16)}`
}
