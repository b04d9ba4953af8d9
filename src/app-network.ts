import type { Clock } from './clock.ts'
import type { HttpClient } from './http/http-client.ts'
import { namesProxy, proxySettings } from './http/proxy-settings.ts'
import { lookupAddresses, type Admit } from './http/race.ts'
import { loadPart } from './parts.ts'

/** The one way out, opened by whoever needs it first: who only talks to the offline model never loads it. */
export class Network {
  readonly #options: NetworkOptions
  #client: Promise<HttpClient> | undefined

  constructor(options: NetworkOptions) {
    this.#options = options
  }

  /** Fails with `config` for a proxy variable that is no address. */
  client(): Promise<HttpClient> {
    this.#client ??= open(this.#options)
    return this.#client
  }

  /** Behind a proxy nobody here knows which address is really connected to. */
  get isProxied(): boolean {
    return namesProxy(this.#options.environment)
  }

  /** A client of one's own, to be closed by who took it, that connects to what `admit` lets through; past any proxy. */
  async guardedClient(admit: Admit): Promise<HttpClient> {
    const { clock } = this.#options
    return (await loadPart('http')).createUndiciClient({ clock, lookup: lookupAddresses, admit })
  }

  async close(): Promise<void> {
    await (await this.#client)?.close()
  }
}

interface NetworkOptions {
  readonly clock: Clock
  /** Where the usual proxy variables are looked up. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

async function open({ clock, environment }: NetworkOptions): Promise<HttpClient> {
  const options = { clock, lookup: lookupAddresses }
  const proxy = proxySettings(environment)
  if (proxy === undefined) return (await loadPart('http')).createUndiciClient(options)
  return (await loadPart('httpProxy')).createProxiedClient({ ...options, proxy })
}
