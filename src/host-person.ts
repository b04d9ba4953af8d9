import { userInfo } from 'node:os'
import type { Person } from './bus/message.ts'

/** Who sits at this host's terminal: the user of this process, an owner. */
export function hostPerson(userId: number): Person {
  const id = String(userId)
  try {
    return { id, name: userInfo().username, role: 'owner' }
  } catch {
    // A user id without an entry in passwd, as in containers.
    return { id, name: `user ${id}`, role: 'owner' }
  }
}
