/**
 * Runs the three passes of attempts on a device: noise, encode, tickets. One runner serves one
 * shape and one set of operands at a time, and has one submit in flight.
 * Spec: docs/spec/proof-of-compute.md, "Prover".
 */
import { assert } from '../errors.ts'
import { encodeWgsl } from '../kernels/encode.wgsl.ts'
import { blockCount, packOperand, WORD_ENTRIES } from '../kernels/layout.ts'
import {
  choicesWgsl,
  choiceWorkgroups,
  NOISE_WORKGROUP,
  noiseBlocks,
  noiseWgsl,
  SEED_WORDS,
} from '../kernels/noise.wgsl.ts'
import { CANDIDATE_BYTES, ticketsWgsl } from '../kernels/tickets.wgsl.ts'
import type { TileProduct } from '../kernels/tile-product.wgsl.ts'
import type { Candidate, Operands } from '../reference/search.ts'
import type { Seeds } from '../reference/seeds.ts'
import type { Shape, ShapeName } from '../reference/shape.ts'
import { type AttemptBuffers, createAttemptBuffers } from './attempt-buffers.ts'
import { readCandidates } from './candidates.ts'

/** Attempts of one submit: enough tiles to fill a large GPU, and at most 64 MiB of operands. */
export const ATTEMPTS_MAX: Readonly<Record<ShapeName, number>> = { T0: 256, S0: 64, S1: 16, S2: 2 }

export type Range = { readonly first: number; readonly count: number }

/** The work of one submit, in the order of the fields. */
export type Batch = {
  /** One for each attempt. */
  readonly seeds: readonly Seeds[]
  /** Whether to make the noise: once for each set of seeds. */
  readonly makeNoise: boolean
  /** Blocks of both operands to encode. */
  readonly encode: Range
  /** Groups of tiles to search. */
  readonly groups: Range
  /** The largest first 8 bytes of a ticket worth reporting. */
  readonly limit: bigint
}

export type AttemptCandidate = Candidate & { readonly attempt: number }

type Passes = { readonly noise: Pass; readonly choices: Pass; readonly encode: Pass }
type Pass = { readonly pipeline: GPUComputePipeline; readonly bindings: GPUBindGroup }

export class AttemptRunner {
  readonly shape: Shape
  readonly buffers: AttemptBuffers
  readonly #device: GPUDevice
  readonly #passes: Passes

  private constructor(device: GPUDevice, shape: Shape, buffers: AttemptBuffers, passes: Passes) {
    this.#device = device
    this.shape = shape
    this.buffers = buffers
    this.#passes = passes
  }

  static async open(device: GPUDevice, shape: Shape): Promise<AttemptRunner> {
    const [noise, choices, encode] = await Promise.all([
      compile(device, `${shape.name} noise`, noiseWgsl(shape)),
      compile(device, `${shape.name} choices`, choicesWgsl(shape)),
      compile(device, `${shape.name} encode`, encodeWgsl(shape)),
    ])
    const buffers = createAttemptBuffers(device, shape, ATTEMPTS_MAX[shape.name])
    const { seeds, operands, encoded, encodeRange } = buffers
    const tables = [buffers.noise, buffers.choices]
    return new AttemptRunner(device, shape, buffers, {
      noise: bind(device, noise, [seeds, buffers.noise]),
      choices: bind(device, choices, [seeds, buffers.choices]),
      encode: bind(device, encode, [operands, ...tables, encoded, encodeRange]),
    })
  }

  /** Rejects when the adapter's compiler does not take the kernel. */
  async compileTickets(product: TileProduct): Promise<GPUComputePipeline> {
    const label = `${this.shape.name} tickets ${product.name}`
    return compile(this.#device, label, ticketsWgsl(this.shape, product))
  }

  setOperands({ a, bt }: Operands): void {
    const { queue } = this.#device
    const packedA = packOperand(this.shape, 'A', a)
    queue.writeBuffer(this.buffers.operands, 0, packedA)
    queue.writeBuffer(this.buffers.operands, packedA.byteLength, packOperand(this.shape, 'B', bt))
  }

  async run(tickets: GPUComputePipeline, batch: Batch): Promise<AttemptCandidate[]> {
    const { buffers, shape } = this
    const attempts = batch.seeds.length
    assert(attempts > 0 && attempts <= ATTEMPTS_MAX[shape.name], 'the attempts fit the buffers')
    this.#writeInputs(batch)
    const encoder = this.#device.createCommandEncoder()
    encoder.clearBuffer(buffers.candidates, 0, 4)
    const pass = encoder.beginComputePass()
    const { noise, choices, encode } = this.#passes
    if (batch.makeNoise) {
      dispatch(pass, noise, shape.m / NOISE_WORKGROUP, noiseBlocks(shape), 2 * attempts)
      dispatch(pass, choices, choiceWorkgroups(shape), 1, 2 * attempts)
    }
    if (batch.encode.count > 0) {
      dispatch(pass, encode, shape.k / WORD_ENTRIES, batch.encode.count, 2 * attempts)
    }
    if (batch.groups.count > 0) {
      const inputs = [buffers.encoded, buffers.seeds, buffers.candidates, buffers.searchRange]
      dispatch(pass, bind(this.#device, tickets, inputs), batch.groups.count, 1, attempts)
    }
    pass.end()
    encoder.copyBufferToBuffer(buffers.candidates, 0, buffers.readback, 0, CANDIDATE_BYTES)
    this.#device.queue.submit([encoder.finish()])
    await buffers.readback.mapAsync(GPUMapMode.READ)
    const found = readCandidates(new Uint32Array(buffers.readback.getMappedRange()))
    buffers.readback.unmap()
    return found
  }

  /** Gives the device memory back. */
  close(): void {
    for (const buffer of Object.values(this.buffers)) buffer.destroy()
  }

  #writeInputs({ seeds, encode, groups, limit }: Batch): void {
    const { queue } = this.#device
    const keys = new Uint8Array(seeds.length * SEED_WORDS * 4)
    seeds.forEach(({ seedA, seedB, ticketKey }, attempt) => {
      const at = attempt * SEED_WORDS * 4
      keys.set(seedA, at)
      keys.set(seedB, at + 32)
      keys.set(ticketKey, at + 64)
    })
    queue.writeBuffer(this.buffers.seeds, 0, keys)
    assert(encode.first + encode.count <= blockCount(this.shape), 'the blocks exist')
    queue.writeBuffer(this.buffers.encodeRange, 0, Uint32Array.of(encode.first, 0, 0, 0))
    const search = Uint32Array.of(
      groups.first,
      Number(limit >> 32n),
      Number(limit & 0xffffffffn),
      0,
    )
    queue.writeBuffer(this.buffers.searchRange, 0, search)
  }
}

async function compile(
  device: GPUDevice,
  label: string,
  code: string,
): Promise<GPUComputePipeline> {
  device.pushErrorScope('validation')
  const module = device.createShaderModule({ label, code })
  const error = await device.popErrorScope()
  if (error !== null) throw new Error(error.message)
  return device.createComputePipelineAsync({
    label,
    layout: 'auto',
    compute: { module, entryPoint: 'main' },
  })
}

function bind(
  device: GPUDevice,
  pipeline: GPUComputePipeline,
  buffers: readonly GPUBuffer[],
): Pass {
  const bindings = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
  })
  return { pipeline, bindings }
}

function dispatch(pass: GPUComputePassEncoder, to: Pass, x: number, y: number, z: number): void {
  pass.setPipeline(to.pipeline)
  pass.setBindGroup(0, to.bindings)
  pass.dispatchWorkgroups(x, y, z)
}
