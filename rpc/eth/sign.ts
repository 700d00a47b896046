/** `eth_`: signatures of the funded accounts of dev chains, whose keys are public. */

import { data } from '../format/hex.ts'
import { formatSigned } from '../format/transaction.ts'
import { type MethodTable, method, required } from '../method.ts'
import { signRequest } from '../params/call.ts'
import { address, bytes } from '../params/primitives.ts'
import type { DevSigner } from './dev-signer.ts'

export function signMethods(signer: DevSigner): MethodTable {
  return {
    eth_sendTransaction: method({
      description: 'Dev chains only: signs for a funded account and sends',
      params: [required('transaction', signRequest)],
      isUntimed: true,
      handler: ([request]) => signer.send(request),
    }),
    eth_signTransaction: method({
      description: 'Dev chains only: fills in and signs for a funded account, and sends nothing',
      params: [required('transaction', signRequest)],
      isUntimed: true,
      handler: async ([request]) => {
        const signed = await signer.signTransaction(request)
        return { raw: data(signed.raw), tx: formatSigned(signed) }
      },
    }),
    eth_sign: method({
      description: 'Dev chains only: signs a message for a funded account, as EIP-191 has it',
      params: [required('address', address), required('message', bytes)],
      handler: ([account, message]) => data(signer.signMessage(account, message)),
    }),
  }
}
