/**
 * What we know of peers between runs: addresses, application scores, bans (spec/consensus.md 4).
 * One JSON file, replaced as a whole; a file that cannot be read is set aside, not trusted.
 */
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { reasonOf } from '../errors.ts'
import { ADDRESSES_PER_PEER_MAX, PEER_RECORDS_MAX } from '../limits.ts'
import { type NetworkLog, type PeerId, parsePeerAddress } from '../options.ts'

export type PeerRecord = {
  readonly id: PeerId
  /** With /p2p/<id>, newest first. */
  addresses: string[]
  /** When it last was a peer of ours; 0: never. */
  seenMs: number
  /** When we last reached it by dialing; what strangers tell of themselves does not count. */
  dialedMs: number
  /** Application score as of `scoredMs`; it decays from there. */
  score: number
  scoredMs: number
  bannedUntilMs: number
  banReason: string
}

const FILE_VERSION = 1
const RECORD = z
  .object({
    id: z.string().min(1).max(128),
    addresses: z.array(z.string().max(512)).max(ADDRESSES_PER_PEER_MAX),
    seenMs: z.number(),
    dialedMs: z.number(),
    score: z.number().max(0),
    scoredMs: z.number(),
    bannedUntilMs: z.number(),
    banReason: z.string().max(256),
  })
  // They are dialed from a timer, where a text that is no address would end the process.
  .refine(({ id, addresses }) =>
    addresses.every((address) => parsePeerAddress(address, 'peers').id === id),
  )
const FILE = z.object({
  version: z.literal(FILE_VERSION),
  peers: z.array(RECORD).max(PEER_RECORDS_MAX),
})

export class PeerStore {
  readonly #path: string
  readonly #log: NetworkLog
  readonly #records: Map<PeerId, PeerRecord>
  #isDirty = false
  /** Saves run one after the other. */
  #saving: Promise<void> = Promise.resolve()

  private constructor(path: string, log: NetworkLog, records: readonly PeerRecord[]) {
    this.#path = path
    this.#log = log
    this.#records = new Map(records.map((record) => [record.id, record]))
  }

  static async open(path: string, log: NetworkLog): Promise<PeerStore> {
    return new PeerStore(path, log, await loadRecords(path, log))
  }

  all(): IterableIterator<PeerRecord> {
    return this.#records.values()
  }

  get(id: PeerId): Readonly<PeerRecord> | undefined {
    return this.#records.get(id)
  }

  /** Changes the record of `id`, made if there is none; the file follows at the next save. */
  update(id: PeerId, change: Partial<Omit<PeerRecord, 'id'>>): void {
    let record = this.#records.get(id)
    if (record === undefined) {
      this.#makeRoom()
      record = { id, ...BLANK, addresses: [] }
      this.#records.set(id, record)
    }
    Object.assign(record, change)
    this.#isDirty = true
  }

  /** Puts `address` first among those of `id`. */
  remember(id: PeerId, address: string, nowMs: number, isDialed: boolean): void {
    const known = this.#records.get(id)?.addresses ?? []
    const addresses = [address, ...known.filter((other) => other !== address)]
    this.update(id, {
      addresses: addresses.slice(0, ADDRESSES_PER_PEER_MAX),
      seenMs: nowMs,
      ...(isDialed ? { dialedMs: nowMs } : {}),
    })
  }

  /** Drops the addresses of a peer that cannot be reached; its score and ban stay. */
  forgetAddresses(id: PeerId): void {
    if (this.#records.has(id)) this.update(id, { addresses: [] })
  }

  /** Resolves when what was changed before the call is on disk; a failure is logged. */
  save(): Promise<void> {
    this.#saving = this.#saving.then(async () => {
      if (!this.#isDirty) return
      this.#isDirty = false
      try {
        await writeWhole(this.#path, this.#encode())
      } catch (error) {
        this.#isDirty = true
        this.#log.warn({ path: this.#path, error: reasonOf(error) }, 'Cannot save the peer store')
      }
    })
    return this.#saving
  }

  #encode(): string {
    return `${JSON.stringify({ version: FILE_VERSION, peers: [...this.#records.values()] })}\n`
  }

  /** At the limit the least useful record goes: no ban in force, never dialed, longest unseen. */
  #makeRoom(): void {
    if (this.#records.size < PEER_RECORDS_MAX) return
    const nowMs = Date.now()
    let worst: PeerRecord | undefined
    for (const record of this.#records.values()) {
      if (worst === undefined || isLessUseful(record, worst, nowMs)) worst = record
    }
    if (worst !== undefined) this.#records.delete(worst.id)
  }
}

const BLANK: Omit<PeerRecord, 'id' | 'addresses'> = {
  seenMs: 0,
  dialedMs: 0,
  score: 0,
  scoredMs: 0,
  bannedUntilMs: 0,
  banReason: '',
}

/** A ban that is over counts for nothing: peers that once were banned must not outlast the good. */
function isLessUseful(left: PeerRecord, right: PeerRecord, nowMs: number): boolean {
  const leftBanMs = Math.max(nowMs, left.bannedUntilMs)
  const rightBanMs = Math.max(nowMs, right.bannedUntilMs)
  if (leftBanMs !== rightBanMs) return leftBanMs < rightBanMs
  if (left.dialedMs !== right.dialedMs) return left.dialedMs < right.dialedMs
  return left.seenMs < right.seenMs
}

async function loadRecords(path: string, log: NetworkLog): Promise<PeerRecord[]> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  try {
    return FILE.parse(JSON.parse(text)).peers
  } catch (error) {
    const aside = `${path}.bad`
    await rename(path, aside)
    log.warn({ aside, error: reasonOf(error) }, 'The peer store cannot be read: starting without')
    return []
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.tmp`
  const file = await open(temporary, 'w')
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
}
