import { BlockList, isIP } from 'node:net'
import { PincerError } from '../errors.ts'
import { limits } from '../limits.ts'
import { innerAddress, isUsable } from './ip-address.ts'

/** One address of a name, as the resolver answers it. */
interface Found {
  readonly address: string
}

export interface WebReachOptions {
  readonly allowPrivate: readonly string[]
  /** The networks that this board has an address in, as `192.168.1.5/24`: public ones have neighbours too. */
  readonly ownNetworks: () => readonly string[]
}

/**
 * What `web_fetch` may reach: public addresses, and what `web.allowPrivate` names. `address` is asked of what was
 * written, `admit` of what a connection is just about to be opened to: only the second is a boundary, because a name can
 * have another address each time that it is looked up.
 */
export class WebReach {
  readonly #special = specialNetworks()
  readonly #allowed: readonly Allowance[]
  readonly #ownNetworks: () => readonly string[]

  constructor(options: WebReachOptions) {
    this.#allowed = options.allowPrivate.map(allowanceOf)
    this.#ownNetworks = options.ownNetworks
  }

  /** The address that is asked for, read as browsers do. Fails with `address_refused`. */
  address(written: string, base?: URL): URL {
    const text = written.trim()
    if (text.length > limits.webAddressCharsMax) {
      throw refusal('The address', `it has ${text.length} characters, at most ${limits.webAddressCharsMax} are taken`)
    }
    // Browsers drop line breaks and tabs in an address: what a person was shown would not be what is asked for.
    const url = /[\s\p{Cc}]/u.test(text) ? null : URL.parse(text, base?.href)
    if (url === null) throw refusal('The address', 'it is not one such as https://host/path')
    if (url.protocol !== 'https:' && url.protocol !== 'http:') {
      throw refusal('The address', 'only http:// and https:// are fetched')
    }
    const { host } = url
    if (url.username !== '' || url.password !== '') throw refusal(host, 'its address holds a user name or a password')
    const name = plainName(url.hostname)
    const port = portOf(url)
    if (port < firstFreePort && port !== 80 && port !== 443 && !this.#names(name, port, { withPort: true })) {
      throw refusal(host, `port ${port} is none of the web (80, 443 and those from ${firstFreePort} on are)`)
    }
    if (/(^|\.)localhost$/.test(name) && !this.#names(name, port))
      throw privateRefusal(url.hostname, 'it is this board itself')
    url.hash = ''
    return url
  }

  /** Fails with `address_refused` when one of the addresses may not be reached: a name is not half private. */
  admit(target: { readonly host: string; readonly port: number }, found: readonly Found[]): void {
    const host = plainName(target.host)
    if (this.#names(host, target.port)) return
    for (const { address } of found) {
      const why = this.#whyNot(address, target.port)
      if (why !== undefined) {
        const isLiteral = innerAddress(host) !== undefined
        throw privateRefusal(target.host, isLiteral ? `it is ${why}` : `its name leads to ${address}, ${why}`)
      }
    }
  }

  #whyNot(address: string, port: number): string | undefined {
    const inner = innerAddress(address)
    if (inner === undefined) return 'no address that can be judged'
    const allows = ({ list, port: only }: Allowance): boolean =>
      list !== undefined && (only === undefined || only === port) && list.check(inner.text, inner.family)
    if (this.#allowed.some(allows)) return undefined
    const special = this.#special.find(({ list }) => list.check(inner.text, inner.family))
    if (special !== undefined) return special.what
    if (!isUsable(inner)) return 'a reserved address'
    return this.#isNeighbour(inner) ? 'in the network of this board' : undefined
  }

  #isNeighbour(inner: { readonly text: string; readonly family: 'ipv4' | 'ipv6' }): boolean {
    const own = new BlockList()
    for (const cidr of this.#ownNetworks()) {
      const [base = '', bits = ''] = cidr.split('/')
      if (isIP(base) === 0) continue
      const family = familyOf(base)
      // A network that is nearly everything (some tunnels say so) makes nobody a neighbour.
      if (Number(bits) < leastOwnBits[family]) own.addAddress(base, family)
      else own.addSubnet(base, Number(bits), family)
    }
    return own.check(inner.text, inner.family)
  }

  #names(host: string, port: number, { withPort = false } = {}): boolean {
    return this.#allowed.some(
      (each) => each.host === host && (each.port === port || (!withPort && each.port === undefined)),
    )
  }
}

/** An entry of `web.allowPrivate`: what it says word for word, and what it covers however it was named. */
interface Allowance {
  readonly host: string
  readonly port: number | undefined
  readonly list: BlockList | undefined
}

function allowanceOf(entry: string): Allowance {
  const list = new BlockList()
  const [, base, bits] = /^([0-9a-fA-F.:]+)\/(\d+)$/.exec(entry) ?? []
  if (base !== undefined) {
    list.addSubnet(base, Number(bits), familyOf(base))
    return { host: entry, port: undefined, list }
  }
  const [, named = entry, port] = isIP(entry) === 0 ? (/^(.*?)(?::(\d+))?$/.exec(entry) ?? []) : []
  const host = plainName(named)
  const only = port === undefined ? undefined : Number(port)
  if (isIP(host) === 0) return { host, port: only, list: undefined }
  list.addAddress(host, familyOf(host))
  return { host, port: only, list }
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}

/** Ports below belong to services that speak something else; a request to them is no reading of the web. */
const firstFreePort = 1024
const leastOwnBits = { ipv4: 8, ipv6: 16 } as const

function portOf(url: URL): number {
  return url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
}

/** Without brackets, and without the dot that ends a full name. */
function plainName(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
}

function refusal(what: string, why: string): PincerError {
  return new PincerError('address_refused', `${what} was refused: ${why}.`)
}

function privateRefusal(host: string, why: string): PincerError {
  const way = `Pincer reads public addresses alone; to allow it, an owner adds ${host} to web.allowPrivate in pincer.yaml`
  return refusal(host, `${why}. ${way}`)
}

/** The networks that are not the public internet, by IANA's registries of special addresses. */
function specialNetworks(): readonly { readonly what: string; readonly list: BlockList }[] {
  return special.map(({ what, networks }) => {
    const list = new BlockList()
    for (const network of networks) {
      const [base = '', bits] = network.split('/')
      list.addSubnet(base, Number(bits), familyOf(base))
    }
    return { what, list }
  })
}

const special: readonly { readonly what: string; readonly networks: readonly string[] }[] = [
  { what: 'this board itself', networks: ['0.0.0.0/8', '127.0.0.0/8', '::/127'] },
  { what: 'a private address', networks: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7', 'fec0::/10'] },
  { what: 'an address inside the provider (100.64.0.0/10)', networks: ['100.64.0.0/10'] },
  { what: 'a link-local address', networks: ['169.254.0.0/16', 'fe80::/10'] },
  // A public address by its number, and the host's own service in one of the large clouds.
  { what: "a cloud's own service", networks: ['168.63.129.16/32'] },
  { what: 'a multicast address', networks: ['224.0.0.0/4', 'ff00::/8'] },
  {
    what: 'a reserved address',
    // The last two: protocol assignments with Teredo, and 6to4, hide an IPv4 address of anybody's choice.
    networks: (
      '192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 240.0.0.0/4 ' +
      '2001:db8::/32 3fff::/20 2001::/23 2002::/16'
    ).split(' '),
  },
]
