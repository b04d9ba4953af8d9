// The package's index loads everything that undici can do, 7 MB of private memory more than these files of it.

declare module 'undici/lib/dispatcher/client.js' {
  import type { Client } from 'undici'
  const exported: typeof Client
  export = exported
}

declare module 'undici/lib/core/connect.js' {
  import type { buildConnector } from 'undici'
  const exported: typeof buildConnector
  export = exported
}

declare module 'undici/lib/dispatcher/env-http-proxy-agent.js' {
  import type { EnvHttpProxyAgent } from 'undici'
  const exported: typeof EnvHttpProxyAgent
  export = exported
}

declare module 'undici/lib/api/api-connect.js' {
  import type { Dispatcher } from 'undici'
  const exported: Dispatcher['connect']
  export = exported
}
