// A client on the code that `lex build` (@atproto/lex) writes; it validates requests and answers itself.
import { Client, xrpcSafe } from '@atproto/lex'
import * as blue from '../out/bindings/atproto-lex/blue.js'
import type { Report, Service } from './service.js'

const { mls } = blue.catbird

export async function run(service: Service): Promise<Report> {
  const agent = { fetchHandler: service.fetch }
  const client = new Client(agent)
  const { cipherSuite, keyPackage } = service
  const description = await client.call(mls.describeService)
  const published = await client.call(mls.publishKeyPackages, { keyPackages: [{ cipherSuite, keyPackage }] })
  const stats = await client.call(mls.getKeyPackageStats, { cipherSuite })
  const convos = await client.call(mls.getConvos, { limit: 10 })
  const { blob } = await client.call(mls.uploadBlob, new Uint8Array(1000))

  // @ts-expect-error: a conversation has no property of that name
  void convos.conversations.map((convo) => convo.nonsense)
  // @ts-expect-error: convoId is required
  void (() => client.call(mls.getEpoch, {}))

  const refusal = await xrpcSafe(agent, mls.getEpoch, { params: { convoId: service.strangeConvo } })
  if (refusal.success || !refusal.matchesSchemaErrors()) throw new Error('no declared error')
  return {
    suites: description.cipherSuites,
    published: published.succeeded,
    available: stats.devices.flatMap(({ suites }) => suites).reduce((sum, suite) => sum + suite.available, 0),
    conversations: convos.conversations.length,
    blobSize: 'size' in blob ? blob.size : -1, // only references of the time before blobs had sizes lack it
    refused: refusal.error,
  }
}
