/** Tokens and tickets that this process has used. The network looks for them in all logs when it stops. */
export const secrets = new Set()
