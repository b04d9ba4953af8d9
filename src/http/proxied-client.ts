import connectThrough from 'undici/lib/api/api-connect.js'
import EnvHttpProxyAgent from 'undici/lib/dispatcher/env-http-proxy-agent.js'
import type { Connector } from './connector.ts'
import type { HttpClient } from './http-client.ts'
import type { ProxySettings } from './proxy-settings.ts'
import { createClientOver, openClient, type UndiciClientOptions } from './undici-client.ts'

/** The HttpClient for networks that are left through a proxy; a part of its own, because few are. */
export function createProxiedClient(options: UndiciClientOptions & { readonly proxy: ProxySettings }): HttpClient {
  const { proxy } = options
  return createClientOver(
    (_origin, connect) =>
      new EnvHttpProxyAgent({
        ...proxy,
        connect,
        connectTimeout: 0,
        // Every socket is raced and ended as without a proxy, but for one that is a tunnel already.
        factory: (url, inner) => {
          const isProxy = String(url) === proxy.httpProxy || String(url) === proxy.httpsProxy
          return openClient(new URL(url).origin, isProxy ? connect : (connectorIn(inner) ?? connect))
        },
        // undici adds this method in its index, which we do not load.
        clientFactory: (url) => Object.assign(openClient(url.origin, connect), { connect: connectThrough }),
      }),
    options,
  )
}

function connectorIn(options: object): Connector | undefined {
  return 'connect' in options && typeof options.connect === 'function' ? (options.connect as Connector) : undefined
}
