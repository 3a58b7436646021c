export { DEFAULT_SUITE, tsMls } from './tsmls.js'
export * from './types.js'
