import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { startEnvironment } from './support/start-environment.ts'

/** The program as a person and a supervisor meet it: arguments in, words and an exit code out. */
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs it to its end with nothing on standard input, in an environment that holds what is given and no more. */
function pincer(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const env = { ...startEnvironment, ...environment }
    const child = execFile(process.execPath, [main, ...args], { env, timeout: 60_000 }, (error, out, err) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      resolve({ code, out, err })
    })
    child.stdin?.end()
  })
}

type Daemon = ChildProcessByStdio<null, Readable, Readable>

/** A daemon that serves: it has said how to text it. What it said is what `said` answers at its end. */
async function serving(
  home: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly daemon: Daemon; readonly said: () => Promise<readonly [out: string, err: string]> }> {
  const env = { ...startEnvironment, ...environment }
  const stdio = ['ignore', 'pipe', 'pipe'] as const
  const daemon = spawn(process.execPath, [main, '--home', home, 'run'], { env, stdio: [...stdio] })
  const err = text(daemon.stderr)
  let out = ''
  const served = Promise.withResolvers<void>()
  daemon.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk
    if (out.includes('Text it')) served.resolve()
  })
  daemon.once('exit', () => served.resolve())
  await served.promise
  return { daemon, said: async () => [out, await err] }
}

void t.test('wrong use ends with 2 and one sentence on standard error', async (t) => {
  const { code, out, err } = await pincer(['chatt'])
  t.strictSame([code, out, err], [2, '', 'pincer: There is no command "chatt". Did you mean chat? See pincer help.\n'])
})

void t.test('check says the faults on standard output and ends with 2; run refuses and makes nothing', async (t) => {
  const home = t.testdir({ 'pincer.yaml': 'board: simulatd\nunits: true\n' })
  const checked = await pincer(['--home', home, 'check'])
  t.strictSame([checked.code, checked.err], [2, ''])
  t.match(checked.out, /^pincer\.yaml:1 board: found "simulatd".*\npincer\.yaml:2 units: found true.*\n2 faults: .*\n$/)
  const refused = await pincer(['--home', home, 'run'])
  t.strictSame([refused.code, refused.out], [2, ''])
  t.equal(refused.err, `${checked.out}Not started: correct this first. \`pincer check\` shows it again.\n`)
  t.same(fs.readdirSync(home), ['pincer.yaml'])
})

void t.test('a home that cannot be used ends with 1 and one sentence, for every command', async (t) => {
  const file = join(t.testdir({ file: '' }), 'file')
  for (const command of ['check', 'run', 'chat']) {
    const { code, out, err } = await pincer(['--home', file, command])
    t.strictSame([code, out], [1, ''], command)
    t.equal(err, `pincer: The home ${file} is not a folder. Choose a folder with --home DIR or PINCER_HOME.\n`, command)
  }
  const { code, err } = await pincer(['check'], { HOME: '' })
  t.equal(code, 1)
  t.match(err, /^pincer: Nothing says where the home is: .*\n$/)
})

void t.test('a token that nothing uses is named where a person starts the program, and its value never', async (t) => {
  const home = join(t.testdir({}), 'home')
  const keys = { DISCORD_BOT_TOKEN: 'value-of-the-key' }
  const note = 'environment: DISCORD_BOT_TOKEN is set but not used: this version has no Discord.\n'
  const checked = await pincer(['--home', home, 'check'], keys)
  t.strictSame([checked.code, checked.err], [0, ''])
  t.ok(checked.out.startsWith(note))
  const once = await pincer(['--home', home, 'chat', '-m', 'read room'], keys)
  t.strictSame([once.code, once.err], [0, ''], 'a script hears nothing of it')
  t.match(once.out, /^room: temperature .*\n$/)
  const { daemon, said } = await serving(home, keys)
  daemon.kill('SIGTERM')
  const [out, err] = await said()
  t.equal(err, note)
  t.notMatch(out + err + checked.out, /value-of-the-key/)
})

void t.test(
  'run serves until SIGTERM, SIGINT or SIGHUP, ends with 0, and a second one is refused with 1',
  async (t) => {
    const home = join(t.testdir({}), 'home')
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      const { daemon, said } = await serving(home)
      const second = await pincer(['--home', home, 'run'])
      t.strictSame([second.code, second.out], [1, ''])
      const how = `text it with \`pincer --home ${home} chat\`, or stop it first.`
      t.equal(second.err, `Another Pincer (process ${daemon.pid}) serves ${home} already: ${how}\n`)
      const exit = once(daemon, 'exit')
      daemon.kill(signal)
      t.strictSame(await exit, [0, null], signal)
      const [out, err] = await said()
      t.match(out, /\nStopping: outputs go to their safe state\.\n$/)
      t.equal(err, '')
    }
  },
)

void t.test('Ctrl-Z does not put it to sleep with its outputs on, and says why', async (t) => {
  const { daemon, said } = await serving(join(t.testdir({}), 'home'))
  daemon.kill('SIGTSTP')
  const [complaint] = (await once(daemon.stderr, 'data')) as [Buffer]
  t.equal(String(complaint), 'Not paused: limits on outputs must go on being held. Ctrl-C ends Pincer.\n')
  const exit = once(daemon, 'exit')
  daemon.kill('SIGTERM')
  t.strictSame(await exit, [0, null])
  await said()
})
