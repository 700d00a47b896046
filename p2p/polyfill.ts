/**
 * `Promise.withResolvers` for Node 20: libp2p 3 calls it while it runs. Every entry that reaches
 * the network imports this file before anything else (spec/consensus.md 4, traps).
 */

type PromiseConstructorLike = { withResolvers?: unknown }

if ((Promise as PromiseConstructorLike).withResolvers === undefined) {
  Object.defineProperty(Promise, 'withResolvers', {
    configurable: true,
    writable: true,
    value: function withResolvers<T>(this: PromiseConstructor): PromiseWithResolvers<T> {
      const parts: Partial<PromiseWithResolvers<T>> = {}
      const promise = new this<T>((resolve, reject) => {
        parts.resolve = resolve
        parts.reject = reject
      })
      return Object.assign(parts, { promise }) as PromiseWithResolvers<T>
    },
  })
}
