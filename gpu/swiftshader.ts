/**
 * SwiftShader, a Vulkan driver in software, unpacked from the npm package that ships it: what
 * WebGPU runs on where there is no GPU. It exists for linux-x64 only.
 */
import { createHash, randomUUID } from 'node:crypto'
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliDecompress } from 'node:zlib'

/** The driver, Dawn's way to it, and the manifest that names it. */
const LOADER = 'libvulkan.so.1'
const MANIFEST = 'vk_swiftshader_icd.json'
const FILES: ReadonlySet<string> = new Set([LOADER, 'libvk_swiftshader.so', MANIFEST])
const TAR_BLOCK_BYTES = 512
/** What the archive holds is 15 MB; more than this is not that archive. */
const ARCHIVE_BYTES_MAX = 64 * 1024 * 1024

export function isSwiftShaderSupported(): boolean {
  return process.platform === 'linux' && process.arch === 'x64'
}

/**
 * The environment in which Dawn finds SwiftShader and no other driver. The loader reads it when a
 * process starts, so it is for a child.
 */
export async function swiftShaderEnvironment(cacheDir: string): Promise<Record<string, string>> {
  const directory = await unpackSwiftShader(cacheDir)
  return { LD_LIBRARY_PATH: directory, VK_DRIVER_FILES: join(directory, MANIFEST) }
}

/** Unpacks once into `cacheDir`; processes may race for it, and the first to finish wins. */
export async function unpackSwiftShader(cacheDir: string): Promise<string> {
  const archivePath = findArchive()
  const packed = await readFile(archivePath)
  const name = createHash('sha256').update(packed).digest('hex').slice(0, 16)
  const directory = join(cacheDir, `swiftshader-${name}`)
  if (await exists(join(directory, LOADER))) return directory
  const temporary = `${directory}.${randomUUID()}.tmp`
  await mkdir(temporary, { recursive: true })
  try {
    const tar = await promisify(brotliDecompress)(packed, { maxOutputLength: ARCHIVE_BYTES_MAX })
    for (const { path, bytes } of readTar(tar)) {
      if (FILES.has(path)) await writeFile(join(temporary, path), bytes, { mode: 0o755 })
    }
    await rename(temporary, directory)
  } catch (error) {
    // A directory that is there and whole was made by somebody faster.
    if (!(await exists(join(directory, LOADER)))) throw error
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
  return directory
}

function findArchive(): string {
  // The package exports only its entry, which lies in build/cjs.
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium')
  return join(dirname(entry), '..', '..', 'bin', 'swiftshader.tar.br')
}

/** The regular files of a tar archive whose names have no directories. */
function* readTar(tar: Buffer): Generator<{ readonly path: string; readonly bytes: Buffer }> {
  for (let at = 0; at + TAR_BLOCK_BYTES <= tar.length; ) {
    const header = tar.subarray(at, at + TAR_BLOCK_BYTES)
    if (header[0] === 0) return
    const path = header.toString('latin1', 0, 100).replace(/\0.*$/s, '')
    const size = Number.parseInt(header.toString('latin1', 124, 136), 8)
    const start = at + TAR_BLOCK_BYTES
    yield { path: path.replace(/^\.\//, ''), bytes: tar.subarray(start, start + size) }
    at = start + Math.ceil(size / TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
