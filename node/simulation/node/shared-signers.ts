/** Recovers the signer of a vote once for all nodes of a run: the answer is the same on each. */
import { bytesToHex } from '../../../consensus/codec/hex.ts'
import type { RecoverSigner } from '../../../consensus/finality/types.ts'
import type { Address } from '../../../consensus/types.ts'
import { recoverSigner } from '../../finality/vote-signer.ts'

/** Signatures that are remembered; the oldest go first. */
const SIGNATURES_MAX = 4_096

export function shareSigners(): RecoverSigner {
  const signers = new Map<string, Address | undefined>()
  return (digest, signature) => {
    const name = bytesToHex(digest) + bytesToHex(signature)
    if (signers.has(name)) return signers.get(name)
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
}
