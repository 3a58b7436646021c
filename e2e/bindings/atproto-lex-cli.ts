// A client on the code that `lex gen-api` (@atproto/lex-cli) writes.
import { AtpBaseClient, BlueCatbirdMlsGetEpoch } from '../out/bindings/atproto-lex-cli/index.js'
import type { Report, Service } from './service.js'

export async function run(service: Service): Promise<Report> {
  const { mls } = new AtpBaseClient(service.fetch).blue.catbird
  const { data: description } = await mls.describeService()
  const { cipherSuite, keyPackage } = service
  const { data: published } = await mls.publishKeyPackages({ keyPackages: [{ cipherSuite, keyPackage }] })
  const { data: stats } = await mls.getKeyPackageStats({ cipherSuite })
  const { data: convos } = await mls.getConvos({ limit: 10 })
  const { data: upload } = await mls.uploadBlob(new Uint8Array(1000), { encoding: 'application/octet-stream' })

  // @ts-expect-error: a conversation has no property of that name
  void convos.conversations.map((convo) => convo.nonsense)
  // @ts-expect-error: convoId is required
  void (() => mls.getEpoch({}))

  const refusal: unknown = await mls.getEpoch({ convoId: service.strangeConvo }).catch((error: unknown) => error)
  if (!(refusal instanceof BlueCatbirdMlsGetEpoch.ConvoNotFoundError)) throw refusal
  return {
    suites: description.cipherSuites,
    published: published.succeeded,
    available: stats.devices.flatMap(({ suites }) => suites).reduce((sum, suite) => sum + suite.available, 0),
    conversations: convos.conversations.length,
    blobSize: upload.blob.size,
    refused: refusal.error,
  }
}
