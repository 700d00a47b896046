/** Bytes of a message after an attacker or a bad line had them. */
import type { Random } from './random.ts'

/** The prefixes are where RLP breaks. */
const PREFIXES = [0x7f, 0x80, 0x81, 0xb7, 0xb8, 0xc0, 0xf7, 0xf8, 0xff]

/** Flips, cuts, doubles, drops and inserts bytes, up to three times. */
export function mutated(bytes: Uint8Array, random: Random): Uint8Array {
  let out = bytes.slice()
  for (let i = random.below(3); i >= 0; i--) {
    const at = random.below(out.length + 1)
    const [before, after] = [out.subarray(0, at), out.subarray(at)]
    switch (random.below(5)) {
      case 0:
        if (at < out.length) out[at]! ^= 1 << random.below(8)
        break
      case 1:
        out = before.slice()
        break
      case 2:
        out = Uint8Array.from([...before, ...random.bytes(1 + random.below(3)), ...after])
        break
      case 3:
        out = Uint8Array.from([...before, ...after.subarray(1 + random.below(3))])
        break
      default:
        out[random.below(Math.min(8, out.length))] = random.pick(PREFIXES)
    }
    if (out.length === 0) out = Uint8Array.of(0)
  }
  return out
}
