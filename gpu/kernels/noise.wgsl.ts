/**
 * Pass 1: the noise rows and the choices of both operands, for several attempts at once. The z axis
 * of every pass is 2 * attempt + side, where side 0 is A and 1 is B.
 * Twin: reference/noise.ts. Spec: docs/spec/proof-of-compute.md, "Noise, encode, tile, ticket".
 */
import { assert } from '../errors.ts'
import {
  DOMAIN_CHOICE_A,
  DOMAIN_CHOICE_B,
  DOMAIN_NOISE_A,
  DOMAIN_NOISE_B,
} from '../reference/noise.ts'
import type { Shape } from '../reference/shape.ts'
import { blake3Statements } from './blake3.wgsl.ts'

/** Words of the seeds of an attempt: seedA, seedB, ticketKey. */
export const SEED_WORDS = 24
export const NOISE_WORKGROUP = 64
/** Choices made by one thread: the words of a block. */
export const CHOICES_PER_THREAD = 16
const NOISE_PER_BLOCK = 64

/**
 * Noise lies column by column, `noise[p * m + position]`, and its rows in the order that the
 * operand has in memory, so that the next pass reads it in step with the operand.
 * Dispatch: m / 64, noiseBlocks(shape), 2 * attempts.
 */
export function noiseWgsl(shape: Shape): string {
  const stored = Math.min(NOISE_PER_BLOCK, shape.r)
  const stores = Array.from({ length: stored }, (_, j) => {
    const byte = `(o${j >> 2} >> ${8 * (j & 3)}u) & 63u`
    return `noise[to + ${j * shape.m}u] = i32(${byte}) - 32;`
  })
  return `
${opening('noise: array<i32>')}
  let interleaved = (at.x & ~63u) | ((at.x & 7u) << 3u) | ((at.x >> 3u) & 7u);
  let row = select(at.x, interleaved, side == 1u);
  let domain = select(${DOMAIN_NOISE_A}u, ${DOMAIN_NOISE_B}u, side == 1u);
${blake3Statements({ key: KEY, message: messageWords('domain', 'row'), counter: 'at.y' })}
  let to = at.z * ${shape.r * shape.m}u + at.y * ${NOISE_PER_BLOCK * shape.m}u + at.x;
${stores.join('\n')}
}`
}

export function noiseBlocks(shape: Shape): number {
  return Math.ceil(shape.r / NOISE_PER_BLOCK)
}

/**
 * A choice is one word, p + q * r: a mask and a multiplication give the offset of a noise column.
 * Dispatch: choiceWorkgroups(shape), 1, 2 * attempts.
 */
export function choicesWgsl(shape: Shape): string {
  assert(shape.r <= shape.m, 'q * r needs no shift to become q * m')
  const stores = Array.from({ length: CHOICES_PER_THREAD }, (_, w) => {
    const p = `o${w} & ${shape.r - 1}u`
    const distance = `1u + (((o${w} >> 8u) * ${shape.r - 1}u) >> 24u)`
    const q = `((o${w} + ${distance}) & ${shape.r - 1}u)`
    return `choices[to + ${w}u] = (${p}) + ${q} * ${shape.r}u;`
  })
  return `
${opening('choices: array<u32>')}
  if (at.x >= ${shape.k / CHOICES_PER_THREAD}u) { return; }
  let domain = select(${DOMAIN_CHOICE_A}u, ${DOMAIN_CHOICE_B}u, side == 1u);
${blake3Statements({ key: KEY, message: messageWords('domain', 'at.x'), counter: '0u' })}
  let to = at.z * ${shape.k}u + at.x * ${CHOICES_PER_THREAD}u;
${stores.join('\n')}
}`
}

export function choiceWorkgroups(shape: Shape): number {
  return Math.ceil(shape.k / CHOICES_PER_THREAD / NOISE_WORKGROUP)
}

const KEY = Array.from({ length: 8 }, (_, i) => `seeds[key + ${i}u]`)

function opening(output: string): string {
  return `@group(0) @binding(0) var<storage, read> seeds: array<u32>;
@group(0) @binding(1) var<storage, read_write> ${output};
@compute @workgroup_size(${NOISE_WORKGROUP})
fn main(@builtin(global_invocation_id) at: vec3<u32>) {
  let side = at.z & 1u;
  let key = (at.z >> 1u) * ${SEED_WORDS}u + side * 8u;`
}

function messageWords(domain: string, index: string): string[] {
  return [domain, index, ...Array.from({ length: 14 }, () => '0u')]
}
