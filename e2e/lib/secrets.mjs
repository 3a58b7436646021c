/** The tokens and tickets that this process has used. When the network stops, it searches all logs for them. */
export const secrets = new Set()
