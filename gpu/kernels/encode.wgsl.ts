/**
 * Pass 2: adds the noise to both operands, four entries a word.
 * Twin: reference/encode.ts. Spec: docs/spec/proof-of-compute.md, "Noise, encode, tile, ticket".
 */
import type { Shape } from '../reference/shape.ts'
import { BLOCK_ROWS, operandWords, WORD_ENTRIES } from './layout.ts'

/** Dispatch: k / 4, blocks of this range, 2 * attempts. `range.x` is its first block. */
export function encodeWgsl(shape: Shape): string {
  const { k, m, r } = shape
  const words = k / WORD_ENTRIES
  // All threads of a workgroup share the columns, so the choices are the same for all of them.
  const deltas = Array.from({ length: WORD_ENTRIES }, (_, q) => {
    const added = `noise[rows + (choice${q} & ${r - 1}u) * ${m}u]`
    const subtracted = `noise[rows + (choice${q} & ${(r - 1) * r}u) * ${m / r}u]`
    return `let choice${q} = choices[column + ${q}u];
  delta |= (bitcast<u32>(${added} - ${subtracted}) & 255u) * ${2 ** (8 * q)}u;`
  })
  return `
@group(0) @binding(0) var<storage, read> operands: array<u32>;
@group(0) @binding(1) var<storage, read> noise: array<i32>;
@group(0) @binding(2) var<storage, read> choices: array<u32>;
@group(0) @binding(3) var<storage, read_write> encoded: array<u32>;
@group(0) @binding(4) var<uniform> range: vec4<u32>;
@compute @workgroup_size(${BLOCK_ROWS})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) lane: vec3<u32>) {
  let block = range.x + group.y;
  let at = (block * ${words}u + group.x) * ${BLOCK_ROWS}u + lane.x;
  let rows = group.z * ${r * m}u + block * ${BLOCK_ROWS}u + lane.x;
  let column = group.z * ${k}u + group.x * ${WORD_ENTRIES}u;
  let word = operands[(group.z & 1u) * ${operandWords(shape)}u + at];
  var delta = 0u;
  ${deltas.join('\n  ')}
  // Four byte-wide sums at once: the top bits are added apart, so that no carry crosses.
  let sum = ((word & 0x7f7f7f7fu) + (delta & 0x7f7f7f7fu)) ^ ((word ^ delta) & 0x80808080u);
  encoded[group.z * ${operandWords(shape)}u + at] = sum;
}`
}
