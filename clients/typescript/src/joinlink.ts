import { Conversation } from './conversation.js'
import type { Engine } from './engine/engine.js'
import type { JoinStatus, LinkParts, LinkPreview } from './links.js'

/**
 * A join link that this account has. A link that has ended, and one that is not for this account, are refused with
 * InvalidCode, as is a code that does not exist.
 */
export class JoinLink {
  /** @internal */
  constructor(
    /** The parts of the URL. */
    readonly parts: LinkParts,
    private readonly engine: Engine,
  ) {}

  /** Fetches what the link shows. Throws DamagedLink if its key does not open what the maker encrypted. */
  preview(): Promise<LinkPreview> {
    return this.engine.links.preview(this.parts)
  }

  /**
   * Asks to join, if the link requires an approval. Returns how the request stands; asking again does no harm. The answer
   * comes as an event `joinRequestAnswered`, and `join` then joins.
   */
  request(): Promise<JoinStatus> {
    return this.engine.links.request(this.parts)
  }

  /** Withdraws what was asked, or gives an approval back. */
  withdraw(): Promise<void> {
    return this.engine.links.withdraw(this.parts)
  }

  /**
   * Joins with this device, while all members may be offline; other devices of the account follow by themselves. Where
   * the link requires an approval, this asks for it, and waits up to `waitMs` for the answer. It throws NotApproved if
   * there is none: `join` can be called again at any time, such as at the event `joinRequestAnswered`. Throws
   * JoinRejected after a rejection.
   */
  async join({ waitMs = 0 }: { waitMs?: number } = {}): Promise<Conversation> {
    return new Conversation(await this.engine.links.join(this.parts, waitMs), this.engine)
  }
}
