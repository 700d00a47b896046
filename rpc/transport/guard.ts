/**
 * Who may talk to the node. A web page anywhere can send requests to 127.0.0.1 from its visitor's
 * browser: the Origin says which page, the Host says under which name it found us (a name of its
 * own is DNS rebinding), the bearer token says that it is the operator.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isIP, type Socket } from 'node:net'
import type { Client } from '../method.ts'

export type GuardOptions = {
  readonly corsOrigins: readonly string[]
  readonly allowedHosts: readonly string[]
  readonly adminToken?: string
}

const LOCAL_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])
const BEARER = 'Bearer '
/** How an IPv4 client of a dual-stack socket is written. */
const MAPPED_IPV4 = '::ffff:'

export class Guard {
  readonly #origins: ReadonlySet<string>
  readonly #hosts: ReadonlySet<string>
  readonly #tokenHash: Buffer | undefined

  constructor({ corsOrigins, allowedHosts, adminToken }: GuardOptions) {
    this.#origins = new Set(corsOrigins)
    this.#hosts = new Set(allowedHosts.map((host) => host.toLowerCase()))
    this.#tokenHash = adminToken === undefined ? undefined : sha256(adminToken)
  }

  /** Pages served from this machine, whatever their port, and those that the operator named. */
  isOriginAllowed(origin: string): boolean {
    if (this.#origins.has('*') || this.#origins.has(origin)) return true
    return URL.canParse(origin) && LOCAL_NAMES.has(new URL(origin).hostname)
  }

  /** IP addresses can't be rebound; HTTP/1.0 tools send no Host at all. */
  isHostAllowed(host: string | undefined): boolean {
    if (host === undefined || this.#hosts.has('*')) return true
    const name = host.replace(/:\d+$/, '').toLowerCase()
    return LOCAL_NAMES.has(name) || this.#hosts.has(name) || isIP(name.replace(/^\[|\]$/g, '')) > 0
  }

  clientOf(request: IncomingMessage): Client {
    const address = addressOf(request.socket)
    return { address, isAdmin: isLoopback(address) && this.#hasToken(request) }
  }

  /** Whoever sends requests without a token. */
  strangerOn(socket: Socket): Client {
    return { address: addressOf(socket), isAdmin: false }
  }

  /** Hashes have one length, so the comparison tells nothing about the token. */
  #hasToken({ headers }: IncomingMessage): boolean {
    const { authorization } = headers
    if (this.#tokenHash === undefined || authorization?.startsWith(BEARER) !== true) return false
    return timingSafeEqual(this.#tokenHash, sha256(authorization.slice(BEARER.length)))
  }
}

function addressOf({ remoteAddress }: Socket): string {
  const address = remoteAddress ?? 'unknown'
  return address.startsWith(MAPPED_IPV4) ? address.slice(MAPPED_IPV4.length) : address
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.')
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
