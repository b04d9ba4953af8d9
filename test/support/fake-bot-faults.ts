import type { ServerResponse } from 'node:http'
import { Refusal } from './fake-bot-request.ts'

/** What goes wrong with a call, on demand. */
export type Fault =
  /** An answer of the Bot API. */
  | {
      readonly do: 'refuse'
      readonly status: number
      readonly description: string
      readonly retryAfterS?: number
      readonly migrateToChatId?: number
    }
  /** A page of a proxy that stands before it. */
  | { readonly do: 'page'; readonly status: number }
  /** The connection breaks: before anything happened, or after it did and before the answer was read. */
  | { readonly do: 'cut'; readonly when: 'before' | 'after' }
  /** The call takes effect, and half of its answer arrives. */
  | { readonly do: 'half' }
  /** Nothing comes, ever. */
  | { readonly do: 'hang'; readonly when: 'before' | 'after' }

/** Which calls it happens to: the next `times` of this method, to this chat. */
export interface FaultScope {
  readonly method?: string
  readonly chat?: number
  readonly times?: number
}

interface Planned {
  readonly fault: Fault
  readonly scope: FaultScope
  left: number
}

export class Faults {
  #planned: Planned[] = []

  add(fault: Fault, scope: FaultScope): void {
    this.#planned.push({ fault, scope, left: scope.times ?? 1 })
  }

  clear(): void {
    this.#planned = []
  }

  /** The first one that was planned for such a call; it is used up by this. */
  take(method: string, chat: unknown): Fault | undefined {
    const found = this.#planned.find(
      ({ scope, left }) =>
        left > 0 &&
        (scope.method === undefined || scope.method.toLowerCase() === method.toLowerCase()) &&
        (scope.chat === undefined || String(scope.chat) === String(chat)),
    )
    if (found !== undefined) found.left--
    return found?.fault
  }
}

/** Whether the call takes effect in spite of it. */
export function lets(fault: Fault | undefined): boolean {
  if (fault === undefined || fault.do === 'half') return true
  return (fault.do === 'cut' || fault.do === 'hang') && fault.when === 'after'
}

export function refusalOf(fault: Fault & { readonly do: 'refuse' }): Refusal {
  const { status, description, retryAfterS, migrateToChatId } = fault
  return new Refusal(status, description, {
    ...(retryAfterS === undefined ? {} : { retry_after: retryAfterS }),
    ...(migrateToChatId === undefined ? {} : { migrate_to_chat_id: migrateToChatId }),
  })
}

/** Does to the answer what the fault says, instead of sending it. */
export function spoil(response: ServerResponse, fault: Exclude<Fault, { do: 'refuse' }>, answer: string): void {
  switch (fault.do) {
    case 'page':
      response.writeHead(fault.status, { 'content-type': 'text/html' })
      response.end(`<html><head><title>${fault.status}</title></head><body><h1>${fault.status}</h1></body></html>`)
      return
    case 'cut':
      response.socket?.destroy()
      return
    case 'half':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) })
      response.write(answer.slice(0, answer.length >> 1), () => response.socket?.destroy())
      return
    case 'hang':
      return
  }
}
