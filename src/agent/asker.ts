import type { Inbound } from '../bus/message.ts'
import type { RoleNow } from './recovery.ts'

/** Where something is asked, and by whom. */
export type Asker = Pick<Inbound, 'channel' | 'chat' | 'person'>

/** Who wrote this message, with the right that is theirs whenever that is looked at: it may be taken away meanwhile. */
export function askerOf({ channel, chat, person }: Inbound, roleNow: RoleNow): Asker {
  return {
    channel,
    chat,
    get person() {
      return { ...person, role: roleNow(channel, person) ?? 'guest' }
    },
  }
}
