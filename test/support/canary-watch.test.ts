import { once } from 'node:events'
import fs from 'node:fs'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openAgent } from './agent-rig.ts'
import { type CanaryWatch, canary, isSource, watchCanaries, watchedFolder } from './canary-watch.ts'
import { createEscapeHome } from './escape-home.ts'
import { createEscapeShell } from './escape-shell.ts'
import { toolsOn } from './file-tools.ts'
import { listening } from './local-server.ts'
import { createLogLines } from './log-lines.ts'
import { inbound } from './messages.ts'
import { says, ScriptedModel } from './scripted-model.ts'
import { until } from './until.ts'

const encodings: Readonly<Record<string, (secret: string) => string>> = {
  raw: (secret) => secret,
  base64: (secret) => Buffer.from(`key=${secret};`).toString('base64'),
  'percent escapes': (secret) =>
    [...Buffer.from(secret)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
}

/** Ways out, each with a deliberate leak of this text. */
const leaking: Readonly<Record<string, (t: Test, text: string) => Promise<unknown>>> = {
  'the answer of a command': async (t, text) => {
    const shell = await createEscapeShell(createEscapeHome(t).workspace)
    await shell.run(`echo '${text}'`)
  },
  'the answer of a file tool': async (t, text) => {
    const root = t.testdir({ 'a.md': text })
    await (await toolsOn(root)).call('read_file', { path: 'a.md' })
  },
  'the refusal of a file tool': async (t, text) =>
    (await toolsOn(t.testdir({}))).call('read_file', { path: `../${text}` }),
  'a file that is written': async (t, text) => {
    await t.test('of another test', (t) => {
      fs.writeFileSync(join(watchedFolder(t), 'a.md'), `${text}\n`)
      t.end()
    })
  },
  'a file that was there before the folder was made anew': async (t, text) => {
    await t.test('of another test', (t) => {
      fs.writeFileSync(join(watchedFolder(t), 'a.md'), text)
      watchedFolder(t)
      t.end()
    })
  },
  'the name of a folder': async (t, text) => {
    await t.test('of another test', (t) => {
      fs.mkdirSync(join(watchedFolder(t), text.replaceAll('/', '_')))
      t.end()
    })
  },
  'a link': async (t, text) => {
    await t.test('of another test', (t) => {
      fs.symlinkSync(`/nowhere/${text}`, join(watchedFolder(t), 'link'))
      t.end()
    })
  },
  'a line of the log': (_t, text) => Promise.resolve(createLogLines().log.info('test', text)),
  'bytes to a server': async (t, text) => {
    const server = await listening(
      t,
      createServer((_request, response) => response.end('ok')),
      'http',
    )
    const socket = connect(server.port, '127.0.0.1')
    socket.resume().write(`GET /?${text} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`)
    await once(socket, 'close')
  },
  'the request of a model, and what is said': async (t, text) => {
    const model = ScriptedModel.replies(says('hm'))
    const rig = await openAgent(t.testdir({}), model)
    const message = inbound(text)
    await rig.says(message)
    await rig.answerTo(message)
    await rig.close()
  },
}

function wayOf(watch: CanaryWatch, name: string): readonly string[] {
  return watch.leaks().filter((leak) => leak.includes(`: ${name}, `))
}

void t.test('a canary that gets out is found, whichever way, raw and encoded', async (t) => {
  const watch = watchCanaries()
  let count = 0
  for (const [way, leak] of Object.entries(leaking)) {
    for (const [encoding, encode] of Object.entries(encodings)) {
      const name = `secret${++count}`
      const secret = canary(name)
      await leak(t, encode(secret))
      await until(() => wayOf(watch, name).length > 0, `${way}, ${encoding}`)
      t.pass(`${way}, ${encoding}`)
    }
  }
})

function verdict(watch: CanaryWatch): { readonly leaks: unknown; readonly isHeard: boolean } {
  let leaks: unknown
  let isHeard = false
  watch.search({
    same: (...[found]) => ((leaks = found), true),
    ok: (...[found]) => (isHeard = Boolean(found)),
    comment: () => undefined,
  })
  return { leaks, isHeard }
}

void t.test('the search fails where one got out, and where nothing was looked at', async (t) => {
  const watch = watchCanaries()
  t.same(verdict(watch), { leaks: [], isHeard: false }, 'an empty search proves nothing')
  const { log } = createLogLines()
  log.info('test', 'nothing of interest')
  t.same(verdict(watch), { leaks: [], isHeard: true })
  log.info('test', canary('mine'))
  t.match(verdict(watch), { leaks: ['logged: mine, as it is'], isHeard: true })
})

void t.test('where a canary stands by right it is not found, under any name; beside it, it is', async (t) => {
  const watch = watchCanaries()
  const secret = canary('mine')
  await t.test('the folder', (t) => {
    const folder = watchedFolder(t)
    fs.writeFileSync(join(folder, '.env'), secret)
    isSource(join(folder, '.env'))
    fs.linkSync(join(folder, '.env'), join(folder, 'second'))
    fs.renameSync(join(folder, '.env'), join(folder, 'third'))
    t.end()
  })
  t.same(watch.leaks(), [])
  await t.test('another', (t) => {
    fs.writeFileSync(join(watchedFolder(t), 'copy'), secret)
    t.end()
  })
  t.match(watch.leaks(), [/copy: mine, as it is$/])
})

void t.test('every file of the escape suite looks for its canaries', (t) => {
  const folder = join(import.meta.dirname, '../escape')
  // Where guards are out something gets through.
  const files = fs.readdirSync(folder).filter((name) => /^(?!.*mutants).*\.test\.ts$/.test(name))
  t.ok(files.length > 15)
  for (const name of files) {
    const text = fs.readFileSync(join(folder, name), 'utf8')
    t.match(text, /^const watch = watchCanaries\(\)$/m, `${name} plants them first`)
    t.match(text, /^  watch\.search\(t\)$/m, `${name} searches for them last, before any guard is taken out`)
  }
  t.end()
})
