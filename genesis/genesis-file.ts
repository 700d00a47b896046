/** Reading and checking `genesis.json`. */
export type { Genesis, GenesisAccount, GenesisFile, GenesisValidator } from './types.ts'
