/**
 * Safe 1.5.0 in block 0: its contracts at their canonical addresses, and the Safes of guardians and
 * team. Bytecode comes from Safe's npm package, whose licence (LGPL-3.0) is not ours; only a
 * builder reads it, never a node that starts from a genesis file.
 *
 * Spec: docs/spec/token-economy.md, "Buckets of block 0".
 */
import { createRequire } from 'node:module'
import type { Artifact } from '../../artifacts.ts'
import type { SafeOwners } from '../../economy/participants.ts'
import {
  PREDEPLOYS,
  SAFE_CONTRACTS,
  type SafeContractName,
  SYSTEM_ADDRESS,
} from '../../predeploys.ts'
import type { Address } from '../../types.ts'
import { encodeCall } from '../abi-encode.ts'
import type { Deployment, GenesisCall } from '../deployment.ts'

export const SAFE_SOURCE = 'npm @safe-global/safe-smart-account 1.5.0'

export type SafeName = 'GuardianSafe' | 'TeamSafe'

type SafeArtifact = Pick<Artifact, 'contractName' | 'abi' | 'bytecode'>

const SAFE_ARTIFACTS = '@safe-global/safe-smart-account/build/artifacts/contracts'
const SOURCES: Readonly<Record<SafeContractName | 'SafeProxy', string>> = {
  SafeL2: 'SafeL2.sol',
  SafeProxy: 'proxies/SafeProxy.sol',
  SafeProxyFactory: 'proxies/SafeProxyFactory.sol',
  CompatibilityFallbackHandler: 'handler/CompatibilityFallbackHandler.sol',
  MultiSend: 'libraries/MultiSend.sol',
  MultiSendCallOnly: 'libraries/MultiSendCallOnly.sol',
}

const NOBODY: Address = `0x${'00'.repeat(20)}`

/** Resolved from this file, so that sources and the build find the same package. */
export function safeArtifact(name: keyof typeof SOURCES): SafeArtifact {
  return createRequire(import.meta.url)(`${SAFE_ARTIFACTS}/${SOURCES[name]}/${name}.json`)
}

/** The shared contracts: every Safe of the chain delegates to them. */
export function safeContracts(): readonly Deployment[] {
  return (Object.keys(SAFE_CONTRACTS) as SafeContractName[]).map((name) => ({
    name,
    address: SAFE_CONTRACTS[name],
    artifact: safeArtifact(name),
    args: {},
    roles: {},
  }))
}

/** A Safe as the factory would make it, at an address of ours. */
export function safeProxy(name: SafeName, { owners }: SafeOwners): Deployment {
  return {
    name,
    address: PREDEPLOYS[name],
    artifact: safeArtifact('SafeProxy'),
    args: { _singleton: SAFE_CONTRACTS.SafeL2 },
    roles: {},
    participants: { owners },
  }
}

/** Gives a Safe its owners, which works once. */
export function safeSetup(name: SafeName, { owners, threshold }: SafeOwners): GenesisCall {
  const args = {
    _owners: owners,
    _threshold: BigInt(threshold),
    to: NOBODY,
    data: '0x',
    fallbackHandler: SAFE_CONTRACTS.CompatibilityFallbackHandler,
    paymentToken: NOBODY,
    payment: 0n,
    paymentReceiver: NOBODY,
  }
  return {
    step: `${name}.setup`,
    from: SYSTEM_ADDRESS,
    to: PREDEPLOYS[name],
    data: encodeCall(safeArtifact('SafeL2').abi, 'setup', args),
  }
}
