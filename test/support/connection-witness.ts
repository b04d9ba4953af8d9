import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import type { Test } from 'tap'

const channel = 'net.client.socket'

/**
 * Every address that this process tried to connect to while the test ran, as the socket itself says it: what the kernel
 * was asked for, whatever a guard believed.
 */
export function witnessConnections(t: Test): readonly string[] {
  const attempts: string[] = []
  const watch = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket }
    socket.on('connectionAttempt', (address: string, port: number) => attempts.push(`${address} ${port}`))
  }
  subscribe(channel, watch)
  t.teardown(() => unsubscribe(channel, watch))
  return attempts
}
