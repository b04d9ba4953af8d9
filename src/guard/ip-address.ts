import { isIP } from 'node:net'

/** An address as it is judged: IPv4 that was written inside IPv6 is IPv4. */
export interface InnerAddress {
  readonly text: string
  readonly family: 'ipv4' | 'ipv6'
}

/**
 * What an address leads to. Mapped IPv4 (`::ffff:…`) and the well-known NAT64 prefix (`64:ff9b::…`) are sent on to the
 * IPv4 address inside. Undefined for what is no address, and for one with a zone (`fe80::1%eth0`), which is local.
 */
export function innerAddress(address: string): InnerAddress | undefined {
  if (address.includes('%')) return undefined
  switch (isIP(address)) {
    case 4:
      return { text: address, family: 'ipv4' }
    case 6: {
      const groups = groupsOf(address)
      const [a, b, c, d, e, f, high = 0, low = 0] = groups
      const isMapped = [a, b, c, d, e].every((group) => group === 0) && f === 0xffff
      const isTranslated = a === 0x64 && b === 0xff9b && [c, d, e, f].every((group) => group === 0)
      if (isMapped || isTranslated) {
        return { text: [high >> 8, high & 255, low >> 8, low & 255].join('.'), family: 'ipv4' }
      }
      return { text: address, family: 'ipv6' }
    }
    default:
      return undefined
  }
}

/** Of IPv6 only 2000::/3 is given out for public use; all else is reserved, or not public. */
export function isUsable({ text, family }: InnerAddress): boolean {
  return family === 'ipv4' || ((groupsOf(text)[0] ?? 0) & 0xe000) === 0x2000
}

/** The eight groups; the URL parser knows every way to write them, and answers one. */
function groupsOf(address: string): readonly number[] {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const before = split(head)
  const after = split(tail ?? '')
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length
  return [...before, ...Array.from({ length: zeros }, () => 0), ...after]
}

function split(part: string): readonly number[] {
  return part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))
}
