// Starts a delivery service, two PDSes and an account on each, for clients to try, and prints the variables that
// docs/clients/first-chat.md reads. Everything is removed at Ctrl-C.
import { environment, signUp } from './lib/playground.mjs'
import { startNetwork } from './lib/network.mjs'

const network = await startNetwork()
const people = await signUp(network)
for (const [name, value] of Object.entries(environment(network, people))) console.log(`export ${name}=${value}`)
console.log('# Type these lines into another shell. Ctrl-C stops everything.')
// The sockets keep this process running; network.stop is called by the signal.
