/**
 * What a refusal says of the peer that sent the transaction: one that is wrong whatever the state
 * is its fault, one that comes too late or is too cheap here is nobody's.
 * Spec: docs/spec/network.md, T1 to T5.
 */
import type { RemoteOutcome } from '../gossip/transaction-gossip.ts'
import type { PoolErrorType } from './pool-error.ts'

export function remoteOutcome({ code }: PoolErrorType): Exclude<RemoteOutcome, 'added'> {
  switch (code) {
    case 'TYPE_UNSUPPORTED':
    case 'NOT_CANONICAL':
    case 'FIELD_OUT_OF_RANGE':
    case 'CHAIN_ID_MISMATCH':
    case 'SIGNATURE_INVALID':
    case 'TIP_ABOVE_FEE_CAP':
    case 'GAS_LIMIT_ABOVE_CAP':
    case 'INITCODE_TOO_LARGE':
    case 'AUTHORIZATION_LIST_EMPTY':
    case 'CREATION_NOT_ALLOWED':
    case 'OVERSIZED':
    case 'INTRINSIC_GAS_TOO_LOW':
    case 'FLOOR_GAS_TOO_LOW':
      return 'faulty'
    case 'GAS_ABOVE_BLOCK':
    case 'UNDERPRICED':
    case 'FEE_BELOW_BASE':
    case 'ALREADY_KNOWN':
    case 'NONCE_TOO_LOW':
    case 'SENDER_HAS_CODE':
    case 'INSUFFICIENT_FUNDS':
    case 'REPLACEMENT_UNDERPRICED':
    case 'ACCOUNT_FULL':
    case 'POOL_FULL':
    case 'CLOSED':
      return 'ignored'
  }
}
