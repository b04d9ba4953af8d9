import { BlockList, isIP } from 'node:net'
import * as v from 'valibot'
import { message, text } from './values.ts'

/** Whether an http(s) address may be used: plain http carries keys in the clear, so it stays on the local network. */
type AddressVerdict =
  | { readonly status: 'ok' }
  | { readonly status: 'not-an-address' }
  | { readonly status: 'holds-credentials' }
  | { readonly status: 'holds-query' }
  | { readonly status: 'plain-http-outside' }

function judgeAddress(address: string): AddressVerdict {
  // URL.parse mends what people did not mean: https:///x becomes the host x.
  const url = /^https?:\/\/[^/\\?#]/i.test(address) ? URL.parse(address) : null
  if (url === null || url.hostname === '') return { status: 'not-an-address' }
  if (url.username !== '' || url.password !== '') return { status: 'holds-credentials' }
  // Paths are put behind it.
  if (/[?#]/.test(address)) return { status: 'holds-query' }
  if (url.protocol === 'http:' && !isLocalHost(url.hostname)) return { status: 'plain-http-outside' }
  return { status: 'ok' }
}

/** Loopback and private addresses (RFC 1918, RFC 4193, IPv6 link-local). Of names only localhost: others can move. */
function isLocalHost(hostname: string): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  if (host === 'localhost') return true
  const family = isIP(host)
  if (family === 0) return false
  const local = new BlockList()
  local.addSubnet('127.0.0.0', 8, 'ipv4')
  local.addSubnet('10.0.0.0', 8, 'ipv4')
  local.addSubnet('172.16.0.0', 12, 'ipv4')
  local.addSubnet('192.168.0.0', 16, 'ipv4')
  local.addAddress('::1', 'ipv6')
  local.addSubnet('fc00::', 7, 'ipv6')
  local.addSubnet('fe80::', 10, 'ipv6')
  return local.check(host, family === 4 ? 'ipv4' : 'ipv6')
}

/** An IP address, a network such as 192.168.1.0/24, or a host name; each but the network with an optional port. */
export function isHostOrNetwork(text: string): boolean {
  const [, base, bits] = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/.exec(text) ?? []
  if (base !== undefined && bits !== undefined) {
    const family = isIP(base)
    return family !== 0 && Number(bits) <= (family === 4 ? 32 : 128)
  }
  if (isIP(text) !== 0) return true
  const [, host, port] = /^(\[[^\]]*\]|[^:]+)(?::(\d{1,5}))?$/.exec(text) ?? []
  if (host === undefined || (port !== undefined && (Number(port) < 1 || Number(port) > 65_535))) return false
  if (host.startsWith('[')) return isIP(host.slice(1, -1)) === 6
  // What looks like IPv4 must be one.
  if (/^[\d.]+$/.test(host)) return isIP(host) === 4
  return host.length <= 253 && /^[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)*$/i.test(host)
}

export function webAddress(): v.GenericSchema<unknown, string> {
  const expected = 'an address such as https://host/path'
  return v.pipe(
    text(expected),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return
      const { status } = judgeAddress(dataset.value)
      switch (status) {
        case 'ok':
          return
        case 'not-an-address':
          addIssue({ message: expected })
          return
        case 'holds-credentials':
          addIssue({ message: 'an address without a user name or password in it' })
          return
        case 'holds-query':
          addIssue({ message: 'an address without ? and #' })
          return
        case 'plain-http-outside': {
          const fix = 'Plain http is taken for loopback and private addresses alone.'
          addIssue({ message: message('an address that starts with https://', fix) })
          return
        }
      }
    }),
  )
}
