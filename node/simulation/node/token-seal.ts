/**
 * Proof of Compute without the computing: a search takes as long as chance says, and what it finds
 * is a nonce that everybody can check. Time between blocks is exponential, as it is for the work.
 *
 * Spec: docs/simulator.md, "Seals".
 */
import { concatBytes, equalsBytes } from '@ethereumjs/util'
import { decodeExtraData } from '../../../consensus/codec/extra-data.ts'
import { hashHeaderRlp, sealHash, sealHashOfLayout } from '../../../consensus/codec/header-codec.ts'
import { bytesToHex } from '../../../consensus/codec/hex.ts'
import { verifyHeaderForProof } from '../../../consensus/proof/header-lines.ts'
import { assembleProof } from '../../../consensus/proof/seal.ts'
import type { Header } from '../../../consensus/types.ts'
import type { ProofBackend, SearchTemplate, WinningTile } from '../../../gpu/backend.ts'
import { keccak256 } from '../../../gpu/reference/keccak.ts'
import { SHAPES } from '../../../gpu/reference/shape.ts'
import { theta } from '../../../gpu/reference/ticket.ts'
import type { ProofVerifier } from '../../chain/header/check-header.ts'
import type { Clock } from '../../ports.ts'
import type { SeededRng } from '../engine/seeded-rng.ts'

const NONCE_BYTES = 8
const TILE = { ti: 0, tj: 0 } as const
const DOMAIN = new TextEncoder().encode('HPOC/simulated')

export class TokenSeal implements ProofBackend {
  readonly #clock: Clock
  readonly #rng: SeededRng
  readonly #macsPerSecond: number
  #macsDone = 0

  constructor(clock: Clock, rng: SeededRng, macsPerSecond: number) {
    this.#clock = clock
    this.#rng = rng
    this.#macsPerSecond = macsPerSecond
  }

  get info(): ProofBackend['info'] {
    const macsPerSecond = this.#macsPerSecond
    const kind = { backend: 'cpu', adapter: 'simulated', kernel: 'token' } as const
    return { ...kind, isSoftware: true, macsPerSecond }
  }

  get macsDone(): bigint {
    return BigInt(Math.floor(this.#macsDone))
  }

  search(
    template: SearchTemplate,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<WinningTile | undefined> {
    const rate = this.#macsPerSecond
    const seconds = this.#rng.exponential(Number(template.difficulty) / rate)
    const startMs = this.#clock.now()
    return new Promise((resolve) => {
      const finish = (tile: WinningTile | undefined): void => {
        signal.removeEventListener('abort', abort)
        this.#macsDone += (rate * Math.max(0, this.#clock.now() - startMs)) / 1000
        resolve(tile)
      }
      const isEver = Number.isFinite(seconds)
      const found = () => finish(tileOf(template.sealHash))
      const cancel = isEver ? this.#clock.setTimer(seconds * 1000, found) : () => undefined
      const abort = (): void => {
        cancel()
        finish(undefined)
      }
      if (signal.aborted) abort()
      else signal.addEventListener('abort', abort, { once: true })
    })
  }

  async close(): Promise<void> {}
}

/** As the real verifier: header lines first, then the witness, then what it proves. */
export const verifyToken: ProofVerifier = (headerRlp, proof, context) => {
  const checked = verifyHeaderForProof(headerRlp, context)
  if (!checked.ok) return { ...checked, macs: 0 }
  const { header, layout } = checked
  const { kind } = decodeExtraData(header.extraData)
  const expected = assembleProof(context.params.shape, TILE, { kind: 0 })
  if (kind !== 0 || !equalsBytes(proof, expected)) {
    return { ok: false, code: 'E_IDX', condemns: 'sender', macs: 0 }
  }
  const { nonce, ticket } = tileOf(sealHashOfLayout(headerRlp, layout))
  const { tileMacs } = SHAPES[context.params.shape]
  const evaluated = {
    blockHash: hashHeaderRlp(headerRlp),
    ticket,
    theta: theta(header.difficulty, tileMacs),
    macs: 0,
  }
  if (header.nonce !== bytesToHex(nonce)) {
    return { ok: false, code: 'E_WORK', condemns: 'sender', ...evaluated }
  }
  return { ok: true, header, tile: TILE, ...evaluated }
}

/** The header as somebody who worked for it would have it: liars get theirs for nothing. */
export function sealWithToken(header: Header): Header {
  return { ...header, nonce: bytesToHex(tileOf(sealHash(header)).nonce) }
}

/** The only nonce that wins for this header. */
function tileOf(sealHash: Uint8Array): WinningTile {
  const ticket = keccak256(concatBytes(DOMAIN, sealHash))
  return { ...TILE, nonce: ticket.slice(0, NONCE_BYTES), ticket }
}
