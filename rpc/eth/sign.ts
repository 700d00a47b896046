/** `eth_`, `personal_`: signatures of the funded accounts of dev chains, whose keys are public. */

import { data } from '../format/hex.ts'
import { formatSigned } from '../format/transaction.ts'
import { type MethodTable, method, optional, required } from '../method.ts'
import { signRequest } from '../params/call.ts'
import { address, bytes, text } from '../params/primitives.ts'
import { typedData } from '../params/typed-data.ts'
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
    eth_requestAccounts: method({
      description: 'Dev chains only: eth_accounts, for who asks a wallet',
      params: [],
      handler: () => signer.addresses,
    }),
    personal_sign: method({
      description: 'Dev chains only: eth_sign with the message first; a password is passed over',
      params: [
        required('message', bytes),
        required('address', address),
        optional('password', text, undefined),
      ],
      handler: ([message, account]) => data(signer.signMessage(account, message)),
    }),
    eth_signTypedData_v4: method({
      description: 'Dev chains only: signs typed data for a funded account, as EIP-712 has it',
      params: [required('address', address), required('typedData', typedData)],
      handler: ([account, digest]) => data(signer.signDigest(account, digest)),
    }),
    eth_sign: method({
      description: 'Dev chains only: signs a message for a funded account, as EIP-191 has it',
      params: [required('address', address), required('message', bytes)],
      handler: ([account, message]) => data(signer.signMessage(account, message)),
    }),
  }
}
