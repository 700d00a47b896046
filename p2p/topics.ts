/** Names on the wire: topics and request protocols carry the chain (spec/consensus.md 4). */

export type ChainName = { readonly chainId: bigint; readonly genesis4: string }

/** Every name of one chain begins with this; a peer without such a protocol is on another chain. */
export function chainPrefix(chain: ChainName): string {
  return `/hanzo/${chain.chainId}/${chain.genesis4}/`
}

export function topicOf(chain: ChainName, name: string): string {
  return `${chainPrefix(chain)}${name}/1`
}

export function requestProtocolOf(chain: ChainName, name: string): string {
  return `${chainPrefix(chain)}req/${name}/1`
}
