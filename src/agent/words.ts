import type { Inbound } from '../bus/message.ts'
import { marked, type Words } from './marks.ts'

/** What a message says, marked where these are not an owner's own words. */
export function wordsOf({ text, foreign, person }: Inbound): Words {
  return marked({ text }, foreign ?? (person.role === 'guest' ? `a guest, ${person.name}` : undefined))
}
