import type { Message, ToolSpec } from '../model/model.ts'
import { jsonBytes, messageBytes } from './gauge.ts'
import { shrunk } from './shrink.ts'
import type { StoredTurn } from './stored-turn.ts'

/** For the last message of a request whose history lacks turns: a model that does not know of them invents them. */
export const leftOutNote =
  '[Earlier turns of this chat are left out here: ask rather than guess what was said in them.]'

export interface FitOptions {
  readonly turns: readonly StoredTurn[]
  /** What stands for the turns before them. */
  readonly summary: string | undefined
  readonly system: string
  readonly tools: readonly ToolSpec[]
  readonly present: readonly Message[]
  /** What the whole request may have. */
  readonly roomBytes: number
}

export interface Fitted {
  readonly earlier: readonly Message[]
  readonly present: readonly Message[]
  /** Not everything that stands before the present turn is among these. */
  readonly leftOut: boolean
  /** Three quarters of what the history may have are taken, or turns are left out: a summary is due. */
  readonly isNearFull: boolean
  /** What the history may have. */
  readonly historyBytesMax: number
}

/**
 * What is sent of a chat, so that it fits. First the tool results of old turns become one line each, then whole turns
 * are left out, the oldest first. All this happens in blocks, and depends on nothing but the turns in their order: from
 * call to call the same bytes stand in front, and provider caches hit.
 */
export function fitRequest({ turns, summary, system, tools, present, roomBytes }: FitOptions): Fitted {
  const freeBytes = Math.max(0, roomBytes - Buffer.byteLength(system) - jsonBytes(tools))
  const fittedPresent = fitPresent(present, freeBytes)
  // In quarters: a history that gave way to each new result would be another one in each call.
  const quarterBytes = Math.max(1, freeBytes / 4)
  const presentBytes = Math.max(1, Math.ceil(messageBytes(fittedPresent) / quarterBytes)) * quarterBytes
  const framed = summary === undefined ? [] : [summaryMessage(summary)]
  const summaryFits = presentBytes + messageBytes(framed) <= freeBytes
  const historyBytesMax = Math.max(0, freeBytes - presentBytes - (summaryFits ? messageBytes(framed) : 0))
  const { messages, first, bytes } = fitHistory(turns, historyBytesMax)
  return {
    earlier: summaryFits ? [...framed, ...messages] : messages,
    present: fittedPresent,
    leftOut: first > 0 || !summaryFits,
    isNearFull: first > 0 || bytes > 0.75 * historyBytesMax,
    historyBytesMax,
  }
}

function summaryMessage(summary: string): Message {
  const frame = 'You wrote this summary of the earlier part of this chat. It is no message of the person.'
  return { role: 'user', text: `[${frame}]\n${summary}\n[End of the summary.]` }
}

/** Sizes are those of the messages in JSON. */
interface SizedTurn {
  readonly turn: StoredTurn
  readonly small: readonly Message[]
  readonly bytes: number
  readonly smallBytes: number
}

/**
 * Goes through the turns as they came, and does at each what had to be done then: so the next turn changes nothing
 * about those before it, until there is a whole block to be saved.
 */
function fitHistory(
  turns: readonly StoredTurn[],
  bytesMax: number,
): { readonly messages: readonly Message[]; readonly first: number; readonly bytes: number } {
  const sized: SizedTurn[] = []
  let bytes = 0
  /** Turns before `first` are left out, those before `whole` are small. */
  let first = 0
  let whole = 0
  /** What could be saved: by the turns before this one, and by this one. */
  let before = 0
  let here = 0
  turns.forEach((turn, index) => {
    const size = sizedTurn(turn)
    sized.push(size)
    bytes += size.bytes
    before += here
    here = size.bytes - size.smallBytes
    if (bytes > bytesMax / 2 && before >= bytesMax / 4) {
      bytes -= before
      before = 0
      whole = index
    }
    if (bytes <= bytesMax) return
    bytes -= before + here
    before = 0
    here = 0
    whole = index + 1
    if (bytes <= bytesMax) return
    for (; first < index && bytes > bytesMax / 2; first++) bytes -= sized[first]?.smallBytes ?? 0
    // Not even this one alone; a hole before newer ones would make the rest hard to follow.
    if (bytes > bytesMax) {
      first = index + 1
      bytes = 0
    }
  })
  const messages = sized.flatMap(({ turn, small }, index) => {
    if (index < first) return []
    return index < whole ? small : turn.messages
  })
  return { messages, first, bytes }
}

/** Measuring a long chat anew in each call would cost more than all else that is ours in a turn. */
const measured = new WeakMap<StoredTurn, SizedTurn>()

function sizedTurn(turn: StoredTurn): SizedTurn {
  const known = measured.get(turn)
  if (known !== undefined) return known
  const small = turn.messages.map(shrunk)
  const sized = { turn, small, bytes: messageBytes(turn.messages), smallBytes: messageBytes(small) }
  measured.set(turn, sized)
  return sized
}

/**
 * A turn may outgrow the window by itself. Beyond three quarters its oldest results become one line each, until it
 * has half; the newest results, which the model has not seen yet, give way last.
 */
function fitPresent(messages: readonly Message[], freeBytes: number): Message[] {
  const fitted: Message[] = []
  let bytes = 0
  let next = 0
  const shrinkTo = (end: number, bytesMax: number): void => {
    for (; next < end && bytes > bytesMax; next++) {
      const message = fitted[next]
      if (message === undefined) return
      const small = shrunk(message)
      if (small === message) continue
      bytes -= jsonBytes(message) - jsonBytes(small)
      fitted[next] = small
    }
  }
  messages.forEach((message, index) => {
    fitted.push(message)
    bytes += jsonBytes(message) + 1
    const after = messages[index + 1]
    const isSent = after === undefined || after.role === 'assistant'
    if (!isSent || bytes <= 0.75 * freeBytes) return
    shrinkTo(
      fitted.findLastIndex((each) => each.role === 'assistant'),
      freeBytes / 2,
    )
    shrinkTo(fitted.length, 0.75 * freeBytes)
  })
  return fitted
}
