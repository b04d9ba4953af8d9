import { constants, promises as fs } from 'node:fs'
import { join } from 'node:path'

export interface SocketFolder {
  /** The socket as the kernel takes it, however deep the home lies. Valid until `close`. */
  readonly socketPath: string
  close(): Promise<void>
}

/**
 * Opens the folder of a home in which its serving process listens. A socket's path has at most 107 bytes, and homes lie
 * deeper than that: so the socket is named within the opened folder. Rejects with the kernel's error.
 */
export async function openSocketFolder(home: string): Promise<SocketFolder> {
  const handle = await fs.open(stateFolder(home), constants.O_RDONLY | constants.O_DIRECTORY)
  return { socketPath: `/proc/self/fd/${handle.fd}/socket`, close: () => handle.close() }
}

export function stateFolder(home: string): string {
  return join(home, 'state')
}
