/**
 * A precompile's run as another thread is asked for it: what it needs to know of the fork is
 * listed here, since an EthereumJS Common does not cross over.
 */
import {
  EVMError,
  type ExecResult,
  getActivePrecompiles,
  type PrecompileFunc,
  type PrecompileInput,
} from '@ethereumjs/evm'
import { CodedError } from '../../../consensus/errors.ts'
import { customCrypto } from '../../crypto/custom-crypto.ts'
import { BLS, BN254 } from './curves.ts'

type Common = PrecompileInput['common']

/** All that the precompiles of {@link THREADED} ask a Common for. */
const PARAMETERS = [
  'blake2RoundGas',
  'blobCommitmentVersionKzg',
  'bls12381G1MulGas',
  'bls12381G2MulGas',
  'bls12381MapG2Gas',
  'bls12381PairingBaseGas',
  'bls12381PairingPerPairGas',
  'bn254PairingGas',
  'bn254PairingWordGas',
  'fieldElementsPerBlob',
  'kzgPointEvaluationPrecompileGas',
  'modexpGquaddivisorGas',
  'ripemd160Gas',
  'ripemd160WordGas',
  'sha256Gas',
  'sha256WordGas',
] as const
const EIPS = [2565, 7823, 7883] as const

/** The rules of a fork that precompiles depend on. */
export type PrecompileRules = {
  readonly params: Readonly<Record<string, bigint>>
  readonly eips: readonly number[]
}

export type PrecompileJob = {
  /** 40 hex digits, as the library names precompiles. */
  readonly address: string
  readonly data: Uint8Array
  readonly gasLimit: bigint
  readonly rules: PrecompileRules
}

export type PrecompileReply = {
  readonly gasUsed: bigint
  readonly output: Uint8Array
  readonly error: EVMError['error'] | undefined
}

export function rulesOf(common: Common): PrecompileRules {
  const known = PARAMETERS.flatMap((name) => {
    const value = parameterOf(common, name)
    return value === undefined ? [] : [[name, value] as const]
  })
  return {
    params: Object.fromEntries(known),
    eips: EIPS.filter((eip) => common.isActivatedEIP(eip)),
  }
}

/** What the thread does. Throws only what is a bug. */
export async function runJob(job: PrecompileJob): Promise<PrecompileReply> {
  const { address, data, gasLimit, rules } = job
  const precompile = PRECOMPILES.get(address)
  if (precompile === undefined) throw new PrecompileError({ code: 'PRECOMPILE_UNKNOWN', address })
  const common = commonOf(rules) as unknown as Common
  const evm = { _bls: BLS, _bn254: BN254 } as unknown as PrecompileInput['_EVM']
  const { executionGasUsed, returnValue, exceptionError } = await precompile({
    ...{ data, gasLimit, common },
    _EVM: evm,
  })
  return { gasUsed: executionGasUsed, output: returnValue, error: exceptionError?.error }
}

export function resultOf({ gasUsed, output, error }: PrecompileReply): ExecResult {
  return {
    executionGasUsed: gasUsed,
    returnValue: output,
    ...(error !== undefined && { exceptionError: new EVMError(error) }),
  }
}

/** Those of every fork. */
const PRECOMPILES: ReadonlyMap<string, PrecompileFunc> = getActivePrecompiles({
  gteHardfork: () => true,
  isActivatedEIP: () => true,
} as unknown as Common)

function commonOf({ params, eips }: PrecompileRules) {
  return {
    customCrypto,
    isActivatedEIP: (eip: number) => eips.includes(eip),
    param(name: string): bigint {
      const value = params[name]
      if (value === undefined) throw new PrecompileError({ code: 'PARAMETER_UNKNOWN', name })
      return value
    },
  }
}

/** Where a fork does not know a precompile, it does not know its prices. */
function parameterOf(common: Common, name: string): bigint | undefined {
  try {
    return common.param(name)
  } catch {
    return undefined
  }
}

export type PrecompileErrorType =
  | { readonly code: 'PRECOMPILE_UNKNOWN'; readonly address: string }
  | { readonly code: 'PARAMETER_UNKNOWN'; readonly name: string }

export class PrecompileError extends CodedError<PrecompileErrorType> {}
