/**
 * The same calls to our loop and to the one of EthereumJS: equal gas, refunds, output, logs and
 * state.
 */
import { EVM, type ExecResult, NobleBN254 } from '@ethereumjs/evm'
import { bytesToHex, createAddressFromString } from '@ethereumjs/util'
import { expect } from 'vitest'
import type { Address } from '../../consensus/types.ts'
import { createSharedCommon } from '../../node/crypto/shared-common.ts'
import { BranchHashes, evmBlockOf } from '../../node/execution/evm/block-context.ts'
import { ChainEvm } from '../../node/execution/evm/chain-evm.ts'
import { EvmState } from '../../node/execution/evm/evm-state.ts'
import { EMPTY_CODE_HASH, EMPTY_TRIE_ROOT, ZERO_WORD } from '../../node/state/flat/flat-codec.ts'
import { NEW_ACCOUNT, StateOverlay } from '../../node/state/overlay.ts'
import type { StateView } from '../../node/state/types.ts'
import { TEST_PARAMS } from './mined-blocks.ts'

const COMMON = createSharedCommon({ params: TEST_PARAMS, gasLimit: 30_000_000n, timestamp: 0n })
export const CONTRACT: Address = `0x${'c0'.repeat(20)}`
export const CALLER: Address = `0x${'ca'.repeat(20)}`
const BLOCK = evmBlockOf({
  number: 300n,
  coinbase: `0x${'cb'.repeat(20)}`,
  timestamp: 1_700_000_000n,
  difficulty: 5n,
  mixHash: `0x${'3a'.repeat(32)}`,
  gasLimit: 30_000_000n,
  baseFeePerGas: 7n,
})

const EMPTY: StateView = {
  stateRoot: ZERO_WORD,
  account: async (address) =>
    address === CALLER
      ? { nonce: 1n, balance: 10n ** 20n, storageRoot: EMPTY_TRIE_ROOT, codeHash: EMPTY_CODE_HASH }
      : undefined,
  storage: async () => ZERO_WORD,
  code: async () => new Uint8Array(0),
}

type Programs = ReadonlyMap<Address, Uint8Array>
type Machine = { readonly evm: EVM; readonly overlay: StateOverlay }

async function makeMachine(isOurs: boolean, programs: Programs): Promise<Machine> {
  const overlay = new StateOverlay(EMPTY)
  const branch = new BranchHashes()
  const hash = `0x${'ab'.repeat(32)}` as const
  branch.set({ header: { number: 299n } as never, hash, ancestorHash: () => hash })
  const options = { common: COMMON, stateManager: new EvmState(overlay), blockchain: branch }
  const evm = isOurs
    ? new ChainEvm(options, overlay)
    : new EVM({ ...options, bn254: new NobleBN254() })
  for (const [address, code] of programs) {
    const entry = await overlay.loadAccount(address)
    overlay.setAccount(entry, { ...NEW_ACCOUNT, nonce: 1n, balance: 1_000n })
    overlay.setCode(entry, code)
  }
  if (evm instanceof ChainEvm) await evm.pace.start({})
  return { evm, overlay }
}

async function run({ evm, overlay }: Machine, to: Address, data: Uint8Array, gasLimit: bigint) {
  const warm = [CALLER, to, ...evm.precompiles.keys()]
  for (const address of warm) evm.journal.addAlwaysWarmAddress(address)
  const { execResult } = await evm.runCall({
    block: BLOCK,
    gasPrice: 9n,
    caller: createAddressFromString(CALLER),
    to: createAddressFromString(to),
    value: 3n,
    data,
    gasLimit,
    skipNonceIncrement: true,
  })
  await evm.journal.cleanup()
  overlay.endTransaction()
  return outcomeOf(execResult)
}

function outcomeOf(result: ExecResult) {
  return {
    gas: result.executionGasUsed,
    refund: result.exceptionError ? 0n : (result.gasRefund ?? 0n),
    // Of two faults in one operation the library sees gas first, and we, as geth, the stack.
    end: endOf(result.exceptionError?.error),
    output: bytesToHex(result.returnValue),
    logs: (result.logs ?? []).map(([address, topics, data]) =>
      [address, ...topics, data].map((bytes) => bytesToHex(bytes)),
    ),
    destroyed: [...(result.selfdestruct ?? [])],
  }
}

function endOf(error: string | undefined): 'stop' | 'revert' | 'halt' {
  if (error === undefined) return 'stop'
  return error === 'revert' ? 'revert' : 'halt'
}

function contentsOf({ overlay }: Machine) {
  const { accounts, storage } = overlay.contents()
  const slots = [...storage].flatMap(([address, entry]) =>
    [...entry.slots].map(([slot, { value }]) => `${address} ${slot} ${bytesToHex(value)}`),
  )
  const balances = [...accounts].map(
    ({ address, current }) =>
      `${address} ${current?.nonce} ${current?.balance} ${current && bytesToHex(current.codeHash)}`,
  )
  return {
    slots: slots.filter((line) => !line.endsWith(' 0x')).sort(),
    balances: balances.filter((line) => !line.includes('undefined')).sort(),
  }
}

export async function expectEqualRuns(
  programs: Programs,
  calls: readonly (readonly [Address, Uint8Array, bigint])[],
  what: string,
) {
  const [ours, theirs] = [await makeMachine(true, programs), await makeMachine(false, programs)]
  for (const [to, data, gas] of calls) {
    expect(await run(ours, to, data, gas), what).toEqual(await run(theirs, to, data, gas))
    expect(contentsOf(ours), what).toEqual(contentsOf(theirs))
  }
}
