// A stand-in for an AppView. It answers app.bsky.graph.getRelationships, and checks questions and answers by the lexicon
// that @atproto/api has.
import { lexicons } from '@atproto/api'
import { once } from 'node:events'
import { createServer } from 'node:http'

const NSID = 'app.bsky.graph.getRelationships'
const TYPE = 'app.bsky.graph.defs#relationship'

/** What the fields of a relationship are records of, from the account that was asked about or from the other one. */
const fields = {
  following: ['follow', true], followedBy: ['follow', false], blocking: ['block', true], blockedBy: ['block', false],
  blockingByList: ['listblock', true], blockedByList: ['listblock', false],
}

/**
 * Starts the stand-in. `follow` and `block` set a record of one account about another. `fault(response, out)` answers
 * in place of it while it is set: it may end the response, hold it, or change the answer. `answered` has the accounts of
 * each call whose answer was sent, and `complaints` what was not of the lexicon.
 */
export async function startAppView() {
  const records = new Set()
  const appView = {
    answered: [], complaints: [], fault: undefined,
    follow: (from, to) => records.add(`follow ${from} ${to}`),
    block: (from, to) => records.add(`block ${from} ${to}`),
    blockByList: (from, to) => records.add(`listblock ${from} ${to}`),
    /** Whether a pair of accounts was answered about. */
    knows: (one, other) => appView.answered.some((dids) => dids[0] === one && dids.includes(other) || dids[0] === other && dids.includes(one)),
  }
  const relationship = (actor, did) => {
    const found = Object.entries(fields).filter(([, [kind, own]]) => records.has(own ? `${kind} ${actor} ${did}` : `${kind} ${did} ${actor}`))
    const uris = found.map(([name, [kind, own]]) => [name, `at://${own ? actor : did}/app.bsky.graph.${kind}/3l3qo2vuowo2b`])
    return { $type: TYPE, did, ...Object.fromEntries(uris) }
  }
  const server = createServer((request, response) => {
    try {
      const { actor, others } = question(request)
      const out = { actor, relationships: others.map((did) => relationship(actor, did)) }
      lexicons.assertValidXrpcOutput(NSID, out)
      response.on('finish', () => { if (response.statusCode === 200) appView.answered.push([actor, ...others]) })
      if (appView.fault) appView.fault(response, out)
      else reply(response, 200, out)
    } catch (error) {
      appView.complaints.push(`${request.url}: ${error}`)
      reply(response, 400, { error: 'InvalidRequest', message: String(error) })
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  appView.url = `http://127.0.0.1:${server.address().port}`
  appView.stop = async () => {
    server.close().closeAllConnections()
    await once(server, 'close')
  }
  return appView
}

function question({ method, url }) {
  const { pathname, searchParams } = new URL(url, 'http://appview')
  if (method !== 'GET' || pathname !== `/xrpc/${NSID}`) throw new Error(`this AppView has only GET /xrpc/${NSID}`)
  const parameters = { actor: searchParams.get('actor') ?? undefined, others: searchParams.getAll('others') }
  lexicons.assertValidXrpcParams(NSID, parameters)
  return parameters
}

export function reply(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
