import type { Address, Admit } from '../../src/http/race.ts'
import { createUndiciClient } from '../../src/http/undici-client.ts'
import type { CallOrigin, ToolOutcome } from '../../src/tools/registry.ts'
import { createWebTools } from '../../src/tools/web.ts'
import * as webPart from '../../src/tools/web/web-part.ts'
import { FakeClock } from './fake-clock.ts'
import { createToolBench, type ToolBench } from './tool-bench.ts'

/** Answers for a name, one list for each look-up and the last of them again; `never` hangs. */
export type Names = Readonly<Record<string, readonly (readonly string[] | 'never')[]>>

export interface WebRig {
  readonly clock: FakeClock
  readonly bench: ToolBench
  /** Every name that was looked up, in order. */
  readonly lookups: readonly string[]
  readonly fetch: (url: string, more?: Partial<CallOrigin>) => Promise<ToolOutcome>
}

/** `web_fetch` behind a registry, over real sockets, with names that mean what the test says. */
export function webRig({
  names = {},
  allowPrivate = ['127.0.0.1'],
  ownNetworks = [],
  judges = true,
}: {
  readonly names?: Names
  readonly allowPrivate?: readonly string[]
  readonly ownNetworks?: readonly string[]
  /** False: nothing is asked before connecting, as if there were no guard. */
  readonly judges?: boolean
} = {}): WebRig {
  const clock = new FakeClock()
  const lookups: string[] = []
  const lookup = async (name: string): Promise<readonly Address[]> => {
    const answers = Object.hasOwn(names, name) ? names[name] : undefined
    const asked = lookups.push(name) - lookups.filter((each) => each !== name).length
    const answer = answers?.[Math.min(asked, answers.length) - 1]
    if (answer === 'never') return new Promise(() => {})
    if (answer === undefined) throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' })
    return answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
  }
  const client = () => Promise.resolve(createUndiciClient({ clock, lookup }))
  const guarded = (admit: Admit) => Promise.resolve(createUndiciClient({ clock, lookup, ...(judges ? { admit } : {}) }))
  const tools = createWebTools({
    reach: { allowPrivate, ownNetworks: () => ownNetworks },
    guardedClient: guarded,
    engine: undefined,
    client,
    part: () => Promise.resolve(webPart),
    userAgent: 'Pincer/9.9.9',
  })
  const bench = createToolBench(tools, { clock })
  const fetch = (url: string, more: Partial<CallOrigin> = {}): Promise<ToolOutcome> =>
    bench.registry.run({ id: 'c', name: 'web_fetch', arguments: JSON.stringify({ url }) }, bench.origin(more))
  return { clock, bench, lookups, fetch }
}
