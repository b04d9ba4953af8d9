import type { Inbound, Person } from '../../src/bus/message.ts'

export const ada: Person = { id: '1', name: 'Ada', role: 'owner' }
export const bob: Person = { id: '2', name: 'Bob', role: 'owner' }
export const guest: Person = { id: '9', name: 'Gus', role: 'guest' }

let count = 0

/** A message of Ada in the chat `home`, just sent by the clock of a fresh FakeClock. */
export function inbound(text: string, more: Partial<Inbound> = {}): Inbound {
  return {
    id: `m${++count}`,
    channel: 'test',
    chat: 'home',
    person: ada,
    text,
    sentAtMs: Date.parse('2026-11-21T12:00:00Z'),
    ...more,
  }
}
