// The WebSockets of this page by the device that opened them, so that a device can lose its connection. A device is
// known by the ticket in the URL.
class Sockets {
  #owners = new Map<string, object>()
  #open = new Map<object, Set<WebSocket>>()

  /** A socket with this ticket will be that of `owner`. */
  expect(ticket: string, owner: object): void {
    this.#owners.set(ticket, owner)
  }

  close(owner: object): void {
    for (const socket of this.#open.get(owner) ?? []) socket.close()
  }

  add(socket: WebSocket): void {
    const ticket = new URL(socket.url).searchParams.get('ticket') ?? ''
    const owner = this.#owners.get(ticket)
    if (!owner) return
    this.#owners.delete(ticket)
    const open = this.#open.get(owner) ?? new Set()
    this.#open.set(owner, open.add(socket))
    socket.addEventListener('close', () => open.delete(socket))
  }
}

export const sockets = new Sockets()

globalThis.WebSocket = class extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols)
    sockets.add(this)
  }
}
