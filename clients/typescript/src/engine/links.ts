// Join links: made and managed by members, used by accounts that are none.
import { ClientError, lexiconError } from '../errors.js'
import type { Info } from '../info.js'
import * as mls from '../lexicons/blue/catbird/mls.js'
import {
  linkUrl, newPreviewKey, openPreview, parseLink, sealPreview, toLink,
  type JoinRequest, type JoinStatus, type LinkDetails, type LinkOptions, type LinkParts, type LinkPreview,
} from '../links.js'
import { pause } from '../queue.js'
import type { Engine } from './engine.js'
import { allPages } from './pages.js'
import { keys, type LinkRecord } from './records.js'

/** Between two looks for an answer, whose event does not come by long polls. */
const ANSWER_WAIT_MS = 10_000
/** The service asks its AppView in the background whether an admin follows the account. */
const FOLLOW_WAIT_MS = 3000
const FOLLOW_TRIES = 3

export class Links {
  /** Aborted, and replaced, when a request of this account was answered. */
  #answer = new AbortController()
  /** Of the service. */
  #did?: string

  constructor(private readonly engine: Engine) {}

  /** A call whose answer was lost leaves a link that nobody can use, since its code was in the answer. */
  async create(convoId: string, base: string, options: LinkOptions): Promise<LinkDetails & { url: string }> {
    const { api, state } = this.engine
    const service = await this.#service()
    linkUrl(base, { code: '', service }) // throws if base is no URL
    const key = options.preview && newPreviewKey()
    const { code, link } = await api.call(mls.createJoinLink, { convoId, ...await fieldsOf(convoId, options, key) })
    const url = linkUrl(base, { code, key, service })
    const record: LinkRecord = { url }
    await state.step((step) => { step.changes.set(keys.link(link.linkId), record) })
    return { ...toLink(link), url }
  }

  async edit(convoId: string, linkId: string, options: LinkOptions): Promise<LinkDetails> {
    const url = await this.#urlOf(linkId)
    const key = url === undefined ? undefined : parseLink(url).key
    if (options.preview && !key) {
      throw new ClientError('NoPreviewKey', 'the link was made by another device, or without a preview: make a new one')
    }
    const fields = await fieldsOf(convoId, options, key)
    return toLink(await this.engine.api.call(mls.editJoinLink, { convoId, linkId, ...fields }), url)
  }

  async disable(convoId: string, linkId: string): Promise<void> {
    const { api, state } = this.engine
    await api.call(mls.disableJoinLink, { convoId, linkId })
    await state.step((step) => { step.changes.set(keys.link(linkId), undefined) })
  }

  async list(convoId: string): Promise<LinkDetails[]> {
    const { api, state } = this.engine
    const { links } = await api.call(mls.listJoinLinks, { convoId })
    const ended = links.filter((link) => link.disabledAt || link.expiresAt && Date.parse(link.expiresAt) <= Date.now())
    await state.step((step) => { for (const { linkId } of ended) step.changes.set(keys.link(linkId), undefined) })
    return Promise.all(links.map(async (link) => toLink(link, await this.#urlOf(link.linkId))))
  }

  requests(convoId: string): Promise<JoinRequest[]> {
    const { api } = this.engine
    return allPages((from) => api.call(mls.listJoinRequests, { convoId, limit: 100, ...from }), (page) => page.requests.map(
      ({ did, linkId, requestedAt }) => ({ did, linkId, requestedAt })))
  }

  async preview(link: LinkParts): Promise<LinkPreview> {
    const { convoId, preview, memberCount, joinRule, requireApproval, status } = await this.#look(link)
    const shown: Info | undefined = preview && link.key && await openPreview(preview, link.key, convoId)
    return { convoId, ...(shown && { preview: shown }), memberCount, joinRule, requireApproval, status } as LinkPreview
  }

  async request(link: LinkParts): Promise<JoinStatus> {
    await this.#requireService(link)
    const { status } = await this.#followed(() => this.engine.api.call(mls.requestJoin, { code: link.code }))
    return status as JoinStatus
  }

  async withdraw(link: LinkParts): Promise<void> {
    const { convoId } = await this.#look(link)
    await this.engine.api.call(mls.withdrawJoinRequest, { convoId })
  }

  /** Returns the conversation. */
  async join(link: LinkParts, waitMs: number): Promise<string> {
    const { convoId, requireApproval, status } = await this.#look(link)
    if (requireApproval && status !== 'approved' && status !== 'member') await this.#approval(link, waitMs)
    await this.#followed(() => this.engine.joiner.join(convoId, link.code))
    return convoId
  }

  /** Asks for the approval, and waits for it. */
  async #approval(link: LinkParts, waitMs: number): Promise<void> {
    const { signal } = this.engine
    const until = Date.now() + waitMs
    let answer = this.#answer.signal
    let status = await this.request(link)
    // The link may be edited at any time, so that it requires no approval any more.
    let required = status !== 'none'
    while (status === 'pending' && Date.now() < until && !signal.aborted) {
      await pause(Math.min(ANSWER_WAIT_MS, until - Date.now()), AbortSignal.any([signal, answer]))
      answer = this.#answer.signal // an answer during the call is not missed
      const now = await this.#look(link)
      status = now.status as JoinStatus
      required = now.requireApproval
    }
    if (status === 'approved' || status === 'member' || !required) return
    if (signal.aborted) throw new ClientError('Closed', 'the client was closed while it waited for an approval')
    if (status === 'rejected') throw new ClientError('JoinRejected', 'the request to join was rejected')
    const what = status === 'pending' ? 'nobody has approved the request to join yet' : 'the request to join was withdrawn'
    throw new ClientError('NotApproved', what)
  }

  /** A request of this account was answered, in whatever conversation. */
  answered(): void {
    this.#answer.abort()
    this.#answer = new AbortController()
  }

  async #look(link: LinkParts): Promise<mls.getJoinLinkPreview.$OutputBody> {
    await this.#requireService(link)
    return this.engine.api.call(mls.getJoinLinkPreview, { code: link.code })
  }

  /** Another service would answer InvalidCode, and learn the code. */
  async #requireService({ service }: LinkParts): Promise<void> {
    if (service !== await this.#service()) throw new ClientError('OtherService', `the link is for a conversation of ${service}`)
  }

  async #service(): Promise<string> {
    const { api, options } = this.engine
    this.#did ??= options.proxy?.split('#')[0] ?? (await api.call(mls.describeService, {})).did
    return this.#did
  }

  async #followed<T>(work: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await work()
      } catch (error) {
        if (lexiconError(error) !== 'FollowRequired' || tries === FOLLOW_TRIES || this.engine.signal.aborted) throw error
        await pause(FOLLOW_WAIT_MS, this.engine.signal)
      }
    }
  }

  async #urlOf(linkId: string): Promise<string | undefined> {
    return (await this.engine.state.storage.get(keys.link(linkId)) as LinkRecord | undefined)?.url
  }
}

async function fieldsOf(convoId: string, options: LinkOptions, key: Uint8Array | undefined) {
  const { joinRule, requireApproval, expiresAt, maxUses, preview } = options
  return {
    ...(joinRule && { joinRule }), ...(requireApproval !== undefined && { requireApproval }),
    ...(expiresAt && { expiresAt: expiresAt.toISOString() as never }), ...(maxUses !== undefined && { maxUses }),
    ...(preview && key && { preview: await sealPreview(preview, key, convoId) }),
  }
}
