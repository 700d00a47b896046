/**
 * Pass 3: one thread computes one 8x8 tile, folds it after every stripe, hashes the state and keeps
 * the ticket if its first 8 bytes are small enough.
 * Twin: reference/tile.ts and reference/ticket.ts. Spec: docs/spec/proof-of-compute.md, "Prover".
 *
 * Everything is a named scalar: arrays and workgroup memory made software adapters several times
 * slower, and their compilation longer.
 */
import { assert } from '../errors.ts'
import { type Shape, STATE_WORDS, TILE_ENTRIES, TILE_SIDE } from '../reference/shape.ts'
import { blake3Statements } from './blake3.wgsl.ts'
import { BLOCK_ROWS, blockCount, operandWords, WORD_ENTRIES } from './layout.ts'
import { SEED_WORDS } from './noise.wgsl.ts'
import type { TileProduct } from './tile-product.wgsl.ts'

/** Candidates kept of one dispatch: at mining difficulty there is rarely one. */
export const CANDIDATES_MAX = 64
/** Words of a candidate: attempt, ti, tj and the ticket. */
export const CANDIDATE_WORDS = 11
/** The count comes first. */
export const CANDIDATE_BYTES = 4 * (1 + CANDIDATES_MAX * CANDIDATE_WORDS)

/** Dispatch: groups of this range, 1, attempts. `search` is first group, limit high, limit low. */
export function ticketsWgsl(shape: Shape, product: TileProduct): string {
  assert(shape.stripes % STATE_WORDS === 0, 'the state words come round in order')
  const words = shape.k / WORD_ENTRIES
  return `
struct Candidates { count: atomic<u32>, words: array<u32, ${CANDIDATES_MAX * CANDIDATE_WORDS}> }
@group(0) @binding(0) var<storage, read> encoded: array<u32>;
@group(0) @binding(1) var<storage, read> seeds: array<u32>;
@group(0) @binding(2) var<storage, read_write> candidates: Candidates;
@group(0) @binding(3) var<uniform> search: vec4<u32>;
fn swapBytes(x: u32) -> u32 {
  return (x >> 24u) | ((x >> 8u) & 0xff00u) | ((x << 8u) & 0xff0000u) | (x << 24u);
}
@compute @workgroup_size(${TILE_SIDE}, ${TILE_SIDE})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) lane: vec3<u32>) {
  let blockA = (search.x + group.x) / ${blockCount(shape)}u;
  let blockB = (search.x + group.x) % ${blockCount(shape)}u;
  let ti = blockA * ${TILE_SIDE}u + lane.y;
  let tj = blockB * ${TILE_SIDE}u + lane.x;
  let attempt = group.z * ${2 * operandWords(shape)}u;
  var atA = attempt + blockA * ${words * BLOCK_ROWS}u + lane.y * ${TILE_SIDE}u;
  var atB = attempt + ${operandWords(shape)}u + blockB * ${words * BLOCK_ROWS}u + lane.x;
  ${repeat(STATE_WORDS, (i) => `var s${i} = 0u;`)}
  ${repeat(TILE_ENTRIES, (e) => `var c${e} = 0i;`)}
  for (var stripe = 0u; stripe < ${shape.stripes}u; stripe++) {
    ${product.begin}
    for (var word = 0u; word < ${shape.s / WORD_ENTRIES}u; word++) {
      ${repeat(TILE_SIDE, (u) => `let a${u} = encoded[atA + ${u}u];`)}
      ${repeat(TILE_SIDE, (v) => `let b${v} = encoded[atB + ${v * TILE_SIDE}u];`)}
      ${product.step}
      atA += ${BLOCK_ROWS}u;
      atB += ${BLOCK_ROWS}u;
    }
    ${product.end}
    var fold = 0u;
    ${repeat(TILE_ENTRIES, (e) => `fold = (fold ^ bitcast<u32>(c${e})) * 0x9e3779b1u;`)}
    // The word of this stripe is always s0: all move up, and after sixteen they are back.
    let turned = ((s0 << 13u) | (s0 >> 19u)) ^ fold;
    ${repeat(STATE_WORDS - 1, (i) => `s${i} = s${i + 1};`)}
    s${STATE_WORDS - 1} = turned;
  }
  s0 ^= ti;
  s1 ^= tj;
  ${ticketStatements()}
}`
}

function ticketStatements(): string {
  return `let key = group.z * ${SEED_WORDS}u + 16u;
${blake3Statements({
  key: Array.from({ length: 8 }, (_, i) => `seeds[key + ${i}u]`),
  message: Array.from({ length: STATE_WORDS }, (_, i) => `s${i}`),
  counter: '0u',
})}
  let high = swapBytes(o0);
  let low = swapBytes(o1);
  if (high < search.y || (high == search.y && low <= search.z)) {
    let index = atomicAdd(&candidates.count, 1u);
    if (index < ${CANDIDATES_MAX}u) {
      let to = index * ${CANDIDATE_WORDS}u;
      candidates.words[to] = group.z;
      candidates.words[to + 1u] = ti;
      candidates.words[to + 2u] = tj;
      ${repeat(8, (i) => `candidates.words[to + ${i + 3}u] = o${i};`)}
    }
  }`
}

function repeat(count: number, statement: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => statement(i)).join('\n')
}
