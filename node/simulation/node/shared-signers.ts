/**
 * Recovers the signer of a vote once for all who ask: the answer is the same for every node, for
 * the contract that they model, and for who checks them.
 */
import type { RecoverSigner } from '../../../consensus/finality/types.ts'
import type { Address } from '../../../consensus/types.ts'
import { recoverSigner } from '../../finality/vote-signer.ts'

/** Signatures that are remembered; the oldest go first. */
const SIGNATURES_MAX = 4_096

const signers = new Map<string, Address | undefined>()

export const recoverSharedSigner: RecoverSigner = (digest, signature) => {
  const name = textOf(digest) + textOf(signature)
  const known = signers.get(name)
  if (known !== undefined || signers.has(name)) return known
  const signer = recoverSigner(digest, signature)
  if (signers.size >= SIGNATURES_MAX) {
    for (const oldest of signers.keys()) {
      signers.delete(oldest)
      break
    }
  }
  signers.set(name, signer)
  return signer
}

/** One character a byte: as a key half as long as hex. */
function textOf({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString('latin1')
}
