import { createHook } from 'node:async_hooks'
import type { ServerResponse } from 'node:http'
import t, { type Test } from 'tap'
import { createProxiedClient } from '../../src/http/proxied-client.ts'
import { proxySettings } from '../../src/http/proxy-settings.ts'
import { failureOf, get, httpRig, never } from '../support/http-rig.ts'
import { bodyText, httpServer, rawServer } from '../support/local-server.ts'
import { localProxy } from '../support/local-proxy.ts'
import { until } from '../support/until.ts'

// In a process of its own: undici's timer is one for all, and what made it before would not be seen here.

/** How many timers of the runtime were made since. */
function countTimers(t: Test): () => number {
  let timers = 0
  const hook = createHook({ init: (_id, type) => void (type === 'Timeout' && timers++) }).enable()
  t.teardown(() => hook.disable())
  return () => timers
}

void t.test('while a poll is held no timer of the runtime ticks', async (t) => {
  const held: ServerResponse[] = []
  const server = await httpServer(t, (_request, response) => void held.push(response))
  const { client, clock } = httpRig(t)
  const timers = countTimers(t)
  const poll = client.request(get(server.url), never)
  await until(() => held.length === 1)
  t.equal(timers(), 0)
  t.equal(clock.pendingTimers(), 1, 'only the deadline for the first byte')
  held[0]?.end('done')
  await poll.then(bodyText)
})

void t.test('nor while a handshake inside a tunnel takes its time', async (t) => {
  let isGreeted = false
  const silent = await rawServer(t, (socket) => void socket.once('data', () => (isGreeted = true)))
  const proxy = proxySettings({ HTTPS_PROXY: (await localProxy(t)).url })
  if (proxy === undefined) throw new Error('The test names no proxy.')
  const { clock, lookup } = httpRig(t)
  const client = createProxiedClient({ clock, lookup, proxy })
  const timers = countTimers(t)
  const running = failureOf(client.request(get(`https://board.test:${silent.port}/`), never))
  await until(() => isGreeted)
  t.equal(timers(), 0)
  await client.close()
  t.equal((await running).what, 'stopped')
})
