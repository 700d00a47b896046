/** Why a message failed, in geth's words where it has some: tools look for them. */

const REASONS: Readonly<Record<string, string>> = {
  'invalid JUMP': 'invalid jump destination',
  'static state change': 'write protection',
  'create collision': 'contract address collision',
  'code size to deposit exceeds maximum code size': 'max code size exceeded',
  'code store out of gas': 'contract creation code storage out of gas',
  'initcode exceeds max initcode size': 'max initcode size exceeded',
  'insufficient balance': 'insufficient balance for transfer',
}

export function failureReason(error: string): string {
  // A bad jump names the place behind its sentence.
  const sentence = error.startsWith('invalid JUMP') ? 'invalid JUMP' : error
  return REASONS[sentence] ?? sentence
}
