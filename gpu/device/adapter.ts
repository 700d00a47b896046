/**
 * The WebGPU adapter of this process, through Dawn. Loaded only by the child process: a driver that
 * crashes must never take the node down.
 */
import { create, globals } from 'webgpu'

export type AdapterInfo = {
  /** For people: what it is, and that it is software when it is. */
  readonly name: string
  readonly vendor: string
  readonly architecture: string
  readonly device: string
  readonly description: string
  readonly isSoftware: boolean
}

export type OpenAdapter = {
  readonly adapter: GPUAdapter
  readonly info: AdapterInfo
  /** WGSL features, which belong to the implementation rather than the adapter. */
  readonly languageFeatures: ReadonlySet<string>
}

const SOFTWARE_NAMES = /swiftshader|llvmpipe|lavapipe|softpipe|basic render/i

// GPUBufferUsage and its like are globals of the standard.
Object.assign(globalThis, globals)

/** Kept for the life of the process: when it is collected, Dawn hangs or crashes. */
const gpu = create([])

export async function openAdapter(): Promise<OpenAdapter | undefined> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (adapter === null) return undefined
  const languageFeatures = new Set(gpu.wgslLanguageFeatures)
  return { adapter, info: describeAdapter(adapter), languageFeatures }
}

function describeAdapter(adapter: GPUAdapter): AdapterInfo {
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info
  const known = `${vendor} ${architecture} ${device} ${description}`
  const isSoftware = isFallbackAdapter || SOFTWARE_NAMES.test(known)
  const plain = description || device || `${vendor} ${architecture}`.trim() || 'unnamed adapter'
  const name = /swiftshader/i.test(known) ? 'SwiftShader' : plain
  return {
    name: isSoftware ? `${name}, software Vulkan` : name,
    vendor,
    architecture,
    device,
    description,
    isSoftware,
  }
}
