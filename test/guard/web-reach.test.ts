import t from 'tap'
import { WebReach } from '../../src/guard/web-reach.ts'
import { httpServer, listening } from '../support/local-server.ts'
import { createServer } from 'node:http'
import { hiddenAddresses, publicAddresses, spellingsOf } from '../support/address-spellings.ts'
import { webRig } from '../support/web-rig.ts'

const reachOf = (allowPrivate: readonly string[] = [], ownNetworks: readonly string[] = []) =>
  new WebReach({ allowPrivate, ownNetworks: () => ownNetworks })
const at = (address: string) => [{ address }]
const site = { host: 'site.test', port: 443 }

void t.test('no spelling of an address that is not public is fetched', async (t) => {
  const { fetch, bench } = webRig({ allowPrivate: [] })
  const spellings = hiddenAddresses.flatMap(spellingsOf)
  t.ok(spellings.length > 400, `${spellings.length} spellings`)
  for (const url of spellings) {
    const { text, failed, foreign } = await fetch(url)
    if (!failed || !text.includes('was refused: ')) t.fail(`${url}: ${text}`)
    if (foreign !== undefined) t.fail(`${url}: nobody has answered`)
  }
  t.same(bench.logLines, [])
})

void t.test('a name that leads to any such address is refused, beside public ones too', (t) => {
  const reach = reachOf()
  for (const address of hiddenAddresses) {
    t.throws(() => reach.admit(site, at(address)), { code: 'address_refused' }, address)
    t.throws(() => reach.admit(site, [...at('1.1.1.1'), ...at(address)]), { code: 'address_refused' }, address)
    t.throws(() => reach.admit(site, [...at(address), ...at('2606:4700::1111')]), { code: 'address_refused' }, address)
  }
  for (const odd of ['fe80::1%eth0', '2606:4700::1111%1', '', 'x', '1.2.3', '999.1.1.1']) {
    t.throws(() => reach.admit(site, at(odd)), { code: 'address_refused' }, odd)
  }
  t.end()
})

void t.test('public addresses are admitted, up to the edge of what is not', (t) => {
  const reach = reachOf()
  for (const address of publicAddresses) t.doesNotThrow(() => reach.admit(site, at(address)), address)
  t.end()
})

void t.test('what is written is http or https, without a password, on a port of the web', (t) => {
  const reach = reachOf(['nas.local:81', '10.0.0.9'])
  for (const url of [
    '',
    'example.com',
    'ftp://example.com/',
    'file:///etc/passwd',
    'data:text/html,x',
    'javascript:alert(1)',
    'gopher://example.com',
    'ws://example.com',
    'blob:https://example.com/x',
    'about:blank',
    'http://',
    'https://:80',
    'http://me@example.com',
    'http://me:x@example.com',
    'http://:x@example.com',
    'http://example.com:99999',
    'http://exa mple.com',
    'http://example.com/\nx',
    'htt\tp://example.com',
    'http://example.com/\u0000',
    'http://[fe80::1%25eth0]/',
    'http://[::1',
    'http://1.2.3.4.5',
    'http://0x100000000',
    `http://example.com/${'x'.repeat(2_048)}`,
    'http://localhost',
    'http://LOCALHOST.',
    'http://x.localhost',
    'https://a.b.LocalHost./x',
    'http://ｌｏｃａｌｈｏｓｔ/',
    ...[1, 21, 22, 23, 25, 53, 79, 81, 110, 143, 445, 631, 993, 1023].map((port) => `http://example.com:${port}/`),
    'http://10.0.0.9:22/',
    'http://nas.local:22/',
  ]) {
    t.throws(() => reach.address(url), { code: 'address_refused', message: /was refused: / }, url)
  }
  for (const [url, href] of [
    ['https://example.com', 'https://example.com/'],
    [' HTTP://EXAMPLE.com:80/a b?c#d', undefined],
    [' HTTP://EXAMPLE.com:80/a?c#d\n', 'http://example.com/a?c'],
    ['https://example.com:8443/', 'https://example.com:8443/'],
    ['http://nas.local:81/', 'http://nas.local:81/'],
    ['https://münchen.example/ü', 'https://xn--mnchen-3ya.example/%C3%BC'],
  ] as const) {
    if (href === undefined) t.throws(() => reach.address(url))
    else t.equal(reach.address(url).href, href)
  }
  t.equal(reach.address('/b?c', new URL('https://example.com/a')).href, 'https://example.com/b?c')
  t.throws(() => reach.address('//me@other.example', new URL('https://example.com/a')), { code: 'address_refused' })
  t.end()
})

void t.test('web.allowPrivate takes out exactly what it names', (t) => {
  const admits = (allow: string, host: string, port: number, address: string): boolean => {
    try {
      reachOf([allow]).admit({ host, port }, at(address))
      return true
    } catch {
      return false
    }
  }
  for (const [allow, host, port, address, expected] of [
    // A name: its addresses, whatever they are; no other name that leads there.
    ['nas.local', 'nas.local', 80, '192.168.1.5', true],
    ['nas.local', 'NAS.local.', 80, '192.168.1.5', true],
    ['NAS.local', 'nas.local', 80, 'fd00::5', true],
    ['nas.local', 'evil.example', 80, '192.168.1.5', false],
    ['nas.local', 'x.nas.local', 80, '192.168.1.5', false],
    ['nas.local', '192.168.1.5', 80, '192.168.1.5', false],
    ['localhost', 'localhost', 8080, '127.0.0.1', true],
    // An address: however it was named.
    ['192.168.1.5', 'evil.example', 80, '192.168.1.5', true],
    ['192.168.1.5', '::ffff:c0a8:105', 80, '::ffff:c0a8:105', true],
    ['192.168.1.5', '192.168.1.6', 80, '192.168.1.6', false],
    ['fd00::5', 'nas.local', 80, 'fd00:0:0::5', true],
    ['[fd00::5]:8080', 'nas.local', 8080, 'fd00::5', true],
    ['[fd00::5]:8080', 'nas.local', 80, 'fd00::5', false],
    // A network.
    ['192.168.1.0/24', 'nas.local', 80, '192.168.1.77', true],
    ['192.168.1.0/24', 'nas.local', 80, '192.168.2.1', false],
    ['fd00:1::/32', 'nas.local', 80, 'fd00:1:2::1', true],
    ['fd00:1::/32', 'nas.local', 80, 'fd00:2::1', false],
    // A port: that one alone.
    ['192.168.1.5:8080', 'nas.local', 8080, '192.168.1.5', true],
    ['192.168.1.5:8080', 'nas.local', 8081, '192.168.1.5', false],
    ['nas.local:8080', 'nas.local', 8080, '192.168.1.5', true],
    ['nas.local:8080', 'nas.local', 80, '192.168.1.5', false],
  ] as const) {
    t.equal(admits(allow, host, port, address), expected, `${allow} for ${host}:${port} at ${address}`)
  }
  t.end()
})

void t.test('public neighbours in the network of the board are no strangers to be read', (t) => {
  const reach = reachOf([], ['192.168.1.5/24', '2a02:8108:1:2::5/64', '9.9.9.9/32', '3.3.3.3/0', 'fe80::1/64', 'odd'])
  for (const address of ['2a02:8108:1:2::1', '2a02:8108:1:2:ffff::', '9.9.9.9', '3.3.3.3']) {
    t.throws(() => reach.admit(site, at(address)), { message: /in the network of this board/ }, address)
  }
  for (const address of ['2a02:8108:1:3::1', '9.9.9.8', '3.3.3.4']) {
    t.doesNotThrow(() => reach.admit(site, at(address)), address)
  }
  t.end()
})

void t.test('a refusal says what it is and what an owner can do, and an allowed address is read', async (t) => {
  const inner = await httpServer(t, (_request, response) => response.end('inner'))
  const six = await listening(
    t,
    createServer((_request, response) => response.end('six')),
    'http',
    { host: '::1' },
  )
  const closed = webRig({ allowPrivate: [], names: { 'nas.test': [['127.0.0.1']] } })
  t.equal(
    (await closed.fetch(`http://127.0.0.1:${inner.port}/`)).text,
    '127.0.0.1 was refused: it is this board itself. Pincer reads public addresses alone; to allow it, an owner adds 127.0.0.1 to web.allowPrivate in pincer.yaml.',
  )
  t.match(
    (await closed.fetch(`http://nas.test:${inner.port}/`)).text,
    'its name leads to 127.0.0.1, this board itself.',
  )
  t.equal((await closed.fetch(`http://[::1]:${six.port}/`)).failed, true)
  t.same([inner.sockets.length, six.sockets.length], [0, 0], 'nobody was connected to')
  const open = webRig({ allowPrivate: ['nas.test', '::1'], names: { 'nas.test': [['127.0.0.1']] } })
  t.match((await open.fetch(`http://nas.test:${inner.port}/`)).text, /\n\ninner$/)
  t.match((await open.fetch(`http://[0:0::1]:${six.port}/`)).text, /\n\nsix$/)
  t.equal((await open.fetch(`http://127.0.0.1:${inner.port}/`)).failed, true, 'the name is allowed, not the address')
})
