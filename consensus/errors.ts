/**
 * The error base: a code with its data. Every expected failure in the house is one of these;
 * a broken assumption is an `assert`, and what a peer did wrong is a verdict.
 */

/** An expected failure, told by `type.code`; the message is for people. */
export class CodedError<Type extends { readonly code: string }> extends Error {
  readonly type: Type

  constructor(type: Type, message: string = type.code, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
    this.type = type
  }
}

/** A broken assumption of our own: the process should not go on with it. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

/** Throws {@link AssertionError} unless `condition` holds. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message)
}
