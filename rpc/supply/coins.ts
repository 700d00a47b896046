/** Amounts as exchanges read them: whole coins, as many decimals as it takes, no exponent. */
const DECIMALS = 18
const WEI_PER_COIN = 10n ** BigInt(DECIMALS)

/** Exact: `1500000000000000000n` is `1.5`. */
export function formatCoins(wei: bigint): string {
  const rest = wei % WEI_PER_COIN
  const whole = String(wei / WEI_PER_COIN)
  if (rest === 0n) return whole
  return `${whole}.${String(rest).padStart(DECIMALS, '0').replace(/0+$/, '')}`
}
