import { createHash } from 'node:crypto'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { messageId, rpcBytesMax } from '../../../p2p/gossip/gossipsub-options.ts'
import {
  CONNECTIONS_PER_IP_MAX,
  CONNECTIONS_PER_PEER_MAX,
  GOSSIP_CONTROL_BYTES_MAX,
  INBOUND_PEERS_MAX,
  NEWCOMERS_BURST_MAX,
  NEWCOMERS_PER_SECOND_MAX,
} from '../../../p2p/limits.ts'
import { type NetworkOptions, verifyOptions } from '../../../p2p/options.ts'
import { ConnectionGate, isLoopback } from '../../../p2p/peers/connection-gate.ts'
import {
  decodeChunkHead,
  encodeChunk,
  encodeRefusal,
  encodeRequest,
  REFUSAL_BYTES_MAX,
} from '../../../p2p/requests/codec.ts'
import { chainPrefix, requestProtocolOf, topicOf } from '../../../p2p/topics.ts'
import { bytes, TOPICS } from './test-network.ts'

let nowMs = 0
const chain = { chainId: 1337n, genesis4: '00aa11bb' }

describe('p2p / wire', () => {
  it('names topics and requests after the chain', () => {
    expect(topicOf(chain, 'block')).toBe('/hanzo/1337/00aa11bb/block/1')
    expect(requestProtocolOf(chain, 'status')).toBe('/hanzo/1337/00aa11bb/req/status/1')
    expect(chainPrefix({ chainId: 133n, genesis4: '00aa11bb' })).not.toBe(chainPrefix(chain))
  })

  it('takes the first 20 bytes of SHA256(topic ‖ payload) for a message id', () => {
    const whole = createHash('sha256').update(Buffer.from('/topic\x01\x02', 'latin1')).digest()
    expect(Buffer.from(messageId('/topic', Uint8Array.from([1, 2]))).toString('hex')).toBe(
      whole.toString('hex').slice(0, 40),
    )
  })

  it('has room in an RPC for the largest message and control', () => {
    expect(rpcBytesMax(TOPICS)).toBe(1_048_576 + GOSSIP_CONTROL_BYTES_MAX)
  })

  it('writes a request as its length and itself', () => {
    expect([...encodeRequest(Uint8Array.from([9, 8]))]).toEqual([0, 0, 0, 2, 9, 8])
    expect([...encodeRequest(bytes(0))]).toEqual([0, 0, 0, 0])
  })

  it('writes a chunk as its code, its length and itself', () => {
    expect([...encodeChunk(0, Uint8Array.from([7]))]).toEqual([0, 0, 0, 0, 1, 7])
    expect(decodeChunkHead(encodeChunk(3, bytes(70_000)))).toEqual({ code: 3, bytes: 70_000 })
  })

  it('cuts the sentence of a refusal to its limit', () => {
    const head = decodeChunkHead(encodeRefusal(1, 'x'.repeat(10_000)))
    expect(head).toEqual({ code: 1, bytes: REFUSAL_BYTES_MAX })
  })
})

describe('p2p / options', () => {
  const good: NetworkOptions = {
    ...chain,
    listenHost: '127.0.0.1',
    listenPort: 0,
    identityFile: 'identity',
    peerStoreFile: 'peers.json',
    bootnodes: [],
    topics: TOPICS,
    requests: [
      {
        name: 'status',
        requestBytesMax: 1,
        replyBytesMax: 1,
        chunksMax: 1,
        tokensPerSecond: 1,
        burst: 1,
      },
    ],
    log: { debug() {}, info() {}, warn() {}, error() {} },
  }

  it.each<[string, Partial<NetworkOptions>]>([
    ['listenHost', { listenHost: 'localhost' }],
    ['listenPort', { listenPort: 65_536 }],
    ['genesis4', { genesis4: '0x00aa11' }],
    ['requests', { requests: [] }],
    ['topics and requests', { topics: [{ name: 'a/b', bytesMax: 1, weight: 1 }] }],
  ])('names %s when it is wrong', (option, change) => {
    verifyOptions(good)
    expect(() => verifyOptions({ ...good, ...change })).toThrow(`Option ${option}: `)
  })
})

describe('p2p / peers / connection-gate', () => {
  const inboundFrom = (peer: string, ip: string) => ({
    direction: 'inbound' as const,
    remotePeer: peer,
    remoteAddr: multiaddr(`/ip4/${ip}/tcp/4001`),
  })

  function gateWith(connections: readonly ReturnType<typeof inboundFrom>[]) {
    const gate = new ConnectionGate({
      isRefused: (peer) => peer === 'refused',
      isStatic: (peer) => peer === 'static',
      connections: () => connections,
      now: () => nowMs,
    })
    const gater = gate.gater() as unknown as {
      denyInboundConnection(connection: { remoteAddr: unknown }): boolean
      denyInboundEncryptedConnection(peer: string): boolean
      denyDialPeer(peer: string): boolean
    }
    return { gate, gater }
  }

  it('lets so many strangers in a second, and shuts the door before a handshake for nothing', () => {
    const { gater } = gateWith([])
    const enters = (peer: string) => !gater.denyInboundEncryptedConnection(peer)
    const knocks = () => !gater.denyInboundConnection(inboundFrom('new', '10.0.0.1'))
    // Who only knocks takes nobody's place.
    for (let i = 0; i < 2 * NEWCOMERS_BURST_MAX; i++) expect(knocks()).toBe(true)
    for (let i = 0; i < NEWCOMERS_BURST_MAX; i++) expect(enters(`stranger ${i}`)).toBe(true)
    expect([knocks(), enters('late'), enters('static')]).toEqual([false, false, true])
    nowMs += 1_000 / NEWCOMERS_PER_SECOND_MAX + 1
    expect([knocks(), enters('late'), enters('later')]).toEqual([true, true, false])
  })

  it('refuses strangers when it is full, and lets static peers in', () => {
    const full = Array.from({ length: INBOUND_PEERS_MAX }, (_, index) =>
      inboundFrom(`peer ${index}`, `10.0.0.${index}`),
    )
    const { gater } = gateWith(full)
    expect(gater.denyInboundEncryptedConnection('stranger')).toBe(true)
    expect(gater.denyInboundEncryptedConnection('static')).toBe(false)
    expect(gateWith(full.slice(1)).gater.denyInboundEncryptedConnection('stranger')).toBe(false)
  })

  it('refuses further connections of one address, unless it is loopback', () => {
    const crowd = (ip: string) =>
      Array.from({ length: CONNECTIONS_PER_IP_MAX }, (_, index) => inboundFrom(`${index}`, ip))
    const denied = (ip: string, from: string) =>
      gateWith(crowd(ip)).gater.denyInboundConnection(inboundFrom('new', from))
    expect(denied('10.0.0.1', '10.0.0.1')).toBe(true)
    expect(denied('10.0.0.1', '10.0.0.2')).toBe(false)
    expect(denied('127.0.0.1', '127.0.0.1')).toBe(false)
    expect(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'].every(isLoopback)).toBe(true)
  })

  it('refuses what the scores refuse, a peer with enough connections, and the far side of a cut', () => {
    const own = Array.from({ length: CONNECTIONS_PER_PEER_MAX }, () => inboundFrom('a', '10.0.0.1'))
    const { gate, gater } = gateWith(own)
    expect(gater.denyDialPeer('refused')).toBe(true)
    expect(gater.denyInboundEncryptedConnection('a')).toBe(true)
    gate.setPartition(new Set(['b', 'refused']))
    expect(['a', 'b', 'refused'].map((peer) => gater.denyDialPeer(peer))).toEqual([
      true,
      false,
      true,
    ])
    gate.setPartition(undefined)
    expect(gater.denyDialPeer('a')).toBe(false)
  })
})
