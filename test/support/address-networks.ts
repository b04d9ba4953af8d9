/** One address of every network that is not the public internet, by what it is: what `web_fetch` must never reach. */
export const hiddenNetworks: Readonly<Record<string, string>> = {
  'this host, 0.0.0.0': '0.0.0.0',
  'this network, 0.0.0.0/8': '0.1.2.3',
  'loopback, 127.0.0.1': '127.0.0.1',
  'loopback, all of 127.0.0.0/8': '127.3.2.1',
  'private 10.0.0.0/8': '10.1.2.3',
  'private 172.16.0.0/12': '172.20.1.1',
  'private 192.168.0.0/16': '192.168.1.1',
  'inside the provider 100.64.0.0/10': '100.64.0.1',
  'a cloud: Alibaba': '100.100.100.200',
  'link-local 169.254.0.0/16': '169.254.7.7',
  'a cloud: metadata': '169.254.169.254',
  'a cloud: tasks of AWS': '169.254.170.2',
  'a cloud: Azure': '168.63.129.16',
  'a cloud: Oracle': '192.0.0.192',
  'documentation 192.0.2.0/24': '192.0.2.1',
  'anycast 6to4 192.88.99.0/24': '192.88.99.1',
  'benchmarks 198.18.0.0/15': '198.19.1.1',
  'documentation 198.51.100.0/24': '198.51.100.7',
  'documentation 203.0.113.0/24': '203.0.113.7',
  'multicast 224.0.0.0/4': '239.1.1.1',
  'reserved 240.0.0.0/4': '240.0.0.1',
  broadcast: '255.255.255.255',
}

export const hiddenNetworksSix: Readonly<Record<string, string>> = {
  'this host, ::': '::',
  'loopback, ::1': '::1',
  'compatible ::/96': '::7f00:1',
  'discard 100::/64': '100::1',
  'local NAT64 64:ff9b:1::/48': '64:ff9b:1::7f00:1',
  'unique local fc00::/8': 'fc00::1',
  'unique local fd00::/8': 'fd00::1',
  'a cloud: metadata of AWS': 'fd00:ec2::254',
  'a cloud: metadata of Google': 'fd20:ce::254',
  'link-local fe80::/10': 'fe80::1',
  ISATAP: 'fe80::5efe:7f00:1',
  'site-local fec0::/10': 'fec0::1',
  'multicast ff00::/8': 'ff02::1',
  'Teredo 2001::/32': '2001:0:4136:e378:8000:63bf:3fff:fdd2',
  'ORCHID 2001:20::/28': '2001:20::1',
  'documentation 2001:db8::/32': '2001:db8::1',
  'documentation 3fff::/20': '3fff::1',
  '6to4 2002::/16': '2002:7f00:1::1',
  'segment routing 5f00::/16': '5f00::1',
  'not given out 4000::/3': '4000::1',
  'not given out 8000::/1': '8000::1',
}

export interface Writing {
  /** The parser or translation that it plays with. */
  readonly mechanism: string
  readonly url: string
}

/** An IPv4 address in a URL in every way, by what it plays with; several ways of one kind are spellings of one trick. */
export function writingsOf(address: string, port: number): readonly Writing[] {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number)
  const whole = ((a * 256 + b) * 256 + c) * 256 + d
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0')
  const groups = `${hex(a * 256 + b, 4)}:${hex(c * 256 + d, 4)}`
  const hosts: Readonly<Record<string, readonly string[]>> = {
    'as it is': [address],
    'a trailing dot': [`${address}.`, `${whole}.`],
    'one number': [String(whole), `0x${hex(whole, 8)}`, `0X${hex(whole, 8).toUpperCase()}`, `0${whole.toString(8)}`],
    'octal parts': [
      [a, b, c, d].map((part) => `0${part.toString(8)}`).join('.'),
      [a, b, c, d].map((part) => `000${part.toString(8)}`).join('.'),
    ],
    'hexadecimal parts': [
      [a, b, c, d].map((part) => `0x${hex(part, 2)}`).join('.'),
      [a, b, c, d].map((part) => `0X0${hex(part, 2)}`).join('.'),
    ],
    'mixed parts': [`0x${hex(a, 2)}.0${b.toString(8)}.${c}.${d}`, `${a}.0x${hex(b, 2)}.0${c.toString(8)}.${d}`],
    'short forms': [
      `${a}.${(b * 256 + c) * 256 + d}`,
      `${a}.${b}.${c * 256 + d}`,
      `0x${hex(a, 2)}.${(b * 256 + c) * 256 + d}`,
    ],
    'other full stops': ['。', '．', '｡'].map((dot) => address.replaceAll('.', dot)),
    'other digits': [
      address.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
      address.replaceAll(/[1-9]/g, (digit) => String.fromCodePoint(0x245f + Number(digit))),
      address.replaceAll(/\d/g, (digit) => String.fromCodePoint(0x1d7d8 + Number(digit))),
    ],
    'percent signs': [
      address.replaceAll('.', '%2e'),
      address.replaceAll(/./g, (sign) => `%${hex(sign.charCodeAt(0), 2)}`),
    ],
    'invisible characters': [`\u00ad${address}`, `${address}\u200b`, address.replaceAll('.', '.\u2060')],
    'mapped IPv6': [`[::ffff:${address}]`, `[0:0:0:0:0:ffff:${groups}]`, `[::FFFF:${groups}]`, `[0::ffff:${address}]`],
    'compatible IPv6': [`[::${address}]`, `[0:0:0:0:0:0:${groups}]`],
    'translated IPv6': [`[::ffff:0:${address}]`, `[::ffff:0:${groups}]`],
    NAT64: [`[64:ff9b::${address}]`, `[64:ff9b::${groups}]`, `[64:FF9B:0:0:0:0:${groups}]`],
    'local NAT64': [`[64:ff9b:1::${address}]`, `[64:ff9b:1:ffff::${groups}]`],
    '6to4': [`[2002:${groups}::1]`, `[2002:${groups}::]`],
    Teredo: [`[2001::${groups}]`, `[2001:0:${groups}::1]`],
    ISATAP: [`[fe80::5efe:${address}]`, `[fe80::200:5efe:${address}]`],
    'a zone': [`[::ffff:${address}%25lo]`, `[::ffff:${address}%lo]`, `${address}%25lo`],
  }
  const authority: Readonly<Record<string, readonly string[]>> = {
    'a user name': [`example.com@${address}`, `example.com:x@${address}`, `example.com%40@${address}`, `:@${address}`],
    'backslashes before the user name': [`${address}\\@example.com`, `${address}:80\\@example.com`],
    'a fragment before the user name': [`${address}#@example.com`, `${address}?@example.com`],
  }
  const whole_ = (host: string): string => `http://${host}:${port}/x`
  return [
    ...Object.entries(hosts).flatMap(([mechanism, written]) =>
      written.map((host) => ({ mechanism, url: whole_(host) })),
    ),
    ...Object.entries(authority).flatMap(([mechanism, written]) =>
      written.map((text) => ({ mechanism, url: `http://${text}` })),
    ),
    ...[
      `http:${address}`,
      `http:/${address}:${port}/`,
      `http:///${address}:${port}/`,
      `http:\\\\${address}:${port}\\`,
    ].map((url) => ({ mechanism: 'slashes', url })),
    ...[`HTTP://${address}:${port}`, `hTTp://${address}:${port}`, `https://${address}:${port}`].map((url) => ({
      mechanism: 'the scheme',
      url,
    })),
    ...[
      `ht\ttp://${address}:${port}/`,
      `http://${address}\n:${port}/`,
      `\u0000http://${address}:${port}`,
      ` http://${address}:${port}/ `,
    ].map((url) => ({ mechanism: 'blanks and line ends', url })),
  ]
}

/** The same for an address of IPv6. */
export function writingsOfSix(address: string, port: number): readonly Writing[] {
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const spelt = (mechanism: string, ...hosts: readonly string[]): readonly Writing[] =>
    hosts.map((host) => ({ mechanism, url: `http://${host}:${port}/x` }))
  return [
    ...spelt('as it is', `[${address}]`, `[${groups}]`),
    ...spelt('upper case', `[${address.toUpperCase()}]`),
    ...spelt('leading zeros', `[${groups.replaceAll(/(^|:)([0-9a-f]{1,3})(?=:|$)/g, '$10$2')}]`),
    ...spelt('a trailing dot', `[${address}].`),
    ...spelt('a zone', `[${address}%25lo]`, `[${address}%lo]`),
    ...spelt('percent signs', `%5b${address}%5d`, `[${address.replaceAll(':', '%3a')}]`),
    ...spelt('a user name', `example.com@[${address}]`),
    { mechanism: 'the scheme', url: `HTTPS://[${address}]:${port}/` },
    { mechanism: 'slashes', url: `http:\\\\[${address}]:${port}/` },
  ]
}
