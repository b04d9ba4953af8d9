import { networkInterfaces } from 'node:os'
import type { Network } from './app-network.ts'
import type { Config } from './config/config.ts'
import type { Log } from './log.ts'
import { loadPart } from './parts.ts'
import { version } from './runtime.ts'
import type { Tool } from './tools/tool.ts'
import { createWebTools } from './tools/web.ts'
import type { SearchEngine } from './tools/web/search.ts'

/** What of the web the model is offered: pages, and a search where one is configured. */
export function createWeb(config: Config['web'], network: Network, log: Log): readonly Tool[] {
  if (network.isProxied) {
    log.info('web', 'web_fetch is not offered: through a proxy Pincer could not see which address it really reaches.')
  }
  return createWebTools({
    reach: { allowPrivate: config.allowPrivate, ownNetworks },
    guardedClient: network.isProxied ? undefined : (admit) => network.guardedClient(admit),
    engine: engineOf(config),
    client: () => network.client(),
    part: () => loadPart('web'),
    userAgent: `Pincer/${version()}`,
  })
}

/** Asked at each connection: a board changes its networks. */
function ownNetworks(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address, cidr }) => cidr ?? address))
}

/** Undefined without a search; `run` refuses one whose key is missing. */
function engineOf({ search, searchKey }: Config['web']): SearchEngine | undefined {
  if (search === 'off') return undefined
  if (search !== 'brave' && search !== 'tavily') return { kind: 'searxng', address: search }
  return searchKey === undefined ? undefined : { kind: search, key: searchKey }
}
