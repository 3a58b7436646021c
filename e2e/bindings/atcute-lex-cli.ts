// A client on the code that `lex-cli generate` (@atcute/lex-cli) writes.
import { Client, ok } from '@atcute/client'
import type { BlueCatbirdMlsStreamConvoEvents, BlueCatbirdMlsSubscribeConvoEvents } from '../out/bindings/atcute-lex-cli/index.js'
import type { Report, Service } from './service.js'

/** The number of a message, by either stream. */
export const seqOf = (event: BlueCatbirdMlsStreamConvoEvents.MessageEvent | BlueCatbirdMlsSubscribeConvoEvents.MessageEvent): number =>
  event.message.seq

export async function run(service: Service): Promise<Report> {
  const client = new Client({ handler: service.fetch })
  const { cipherSuite, keyPackage } = service
  const description = await ok(client.get('blue.catbird.mls.describeService'))
  const published = await ok(client.post('blue.catbird.mls.publishKeyPackages', {
    input: { keyPackages: [{ cipherSuite, keyPackage }] },
  }))
  const stats = await ok(client.get('blue.catbird.mls.getKeyPackageStats', { params: { cipherSuite } }))
  const convos = await ok(client.get('blue.catbird.mls.getConvos', { params: { limit: 10 } }))
  const upload = await ok(client.post('blue.catbird.mls.uploadBlob', { input: new Uint8Array(1000) }))

  // @ts-expect-error: a conversation has no property of that name
  void convos.conversations.map((convo) => convo.nonsense)
  // @ts-expect-error: convoId is required
  void (() => client.get('blue.catbird.mls.getEpoch', { params: {} }))

  const refusal = await client.get('blue.catbird.mls.getEpoch', { params: { convoId: service.strangeConvo } })
  if (refusal.ok) throw new Error('no error')
  return {
    suites: description.cipherSuites,
    published: published.succeeded,
    available: stats.devices.flatMap(({ suites }) => suites).reduce((sum, suite) => sum + suite.available, 0),
    conversations: convos.conversations.length,
    blobSize: upload.blob.size,
    refused: refusal.data.error,
  }
}
