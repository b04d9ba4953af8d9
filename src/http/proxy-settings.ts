import { PincerError } from '../errors.ts'

/** Through whom requests go. An empty address: straight to the host. */
export interface ProxySettings {
  readonly httpProxy: string
  readonly httpsProxy: string
  /** Hosts that are reached without it, as NO_PROXY lists them. */
  readonly noProxy: string
}

/** Whether any of the usual variables names a proxy, well or badly. */
export function namesProxy(environment: Readonly<Record<string, string | undefined>>): boolean {
  const names = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY']
  return names.some((name) => (environment[name] ?? '').trim() !== '')
}

/**
 * The usual variables, in lower case first, as other programs read them; undefined where none names a proxy. Fails with
 * `config` for one that is no address of a proxy.
 */
export function proxySettings(environment: Readonly<Record<string, string | undefined>>): ProxySettings | undefined {
  const named = (name: string): readonly [name: string, value: string] | undefined => {
    const found = [name.toLowerCase(), name].find((each) => (environment[each] ?? '').trim() !== '')
    return found === undefined ? undefined : [found, (environment[found] ?? '').trim()]
  }
  const httpProxy = addressOf(named('HTTP_PROXY'))
  const httpsProxy = addressOf(named('HTTPS_PROXY'))
  if (httpProxy === '' && httpsProxy === '') return undefined
  return { httpProxy, httpsProxy, noProxy: named('NO_PROXY')?.[1] ?? '' }
}

function addressOf(variable: readonly [name: string, value: string] | undefined): string {
  if (variable === undefined) return ''
  const [name, value] = variable
  const url = URL.parse(value.includes('://') ? value : `http://${value}`)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    // Its value may hold a password.
    throw new PincerError(
      'config',
      `${name} is not the address of an HTTP proxy. Write it as http://host:port, or unset the variable.`,
    )
  }
  return url.href
}
