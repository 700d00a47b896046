/** What an EVM call gives back, in the library's shape. */
import type { EVMError, ExecResult, Message } from '@ethereumjs/evm'

const NO_BYTES = new Uint8Array(0)

export function succeeded(
  { selfdestruct, createdAddresses, gasRefund }: Message,
  gasUsed: bigint,
): ExecResult {
  return {
    executionGasUsed: gasUsed,
    returnValue: NO_BYTES,
    gasRefund,
    ...(selfdestruct && { selfdestruct }),
    ...(createdAddresses && { createdAddresses }),
  }
}

/** What a failed frame did is gone: its logs, its refunds, what it destroyed and created. */
export function failed(error: EVMError, gasUsed: bigint): ExecResult {
  return {
    executionGasUsed: gasUsed,
    exceptionError: error,
    returnValue: NO_BYTES,
    gasRefund: 0n,
    logs: [],
    selfdestruct: new Map(),
    createdAddresses: new Set(),
  }
}
