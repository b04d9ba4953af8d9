import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { startEnvironment } from './support/start-environment.ts'

t.setTimeout(600_000)

/** `pincer safe-state` as a person and a supervisor run it, beside real daemons. Their board is the simulated one. */
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const config = 'board: simulated\ndevices:\n  lamp: { kind: switch, line: GPIO17, start: last }\n'
const drivenOff = 'lamp: GPIO17 was driven off (simulated).\n'

function pincer(home: string, ...args: readonly string[]) {
  return new Promise<{ readonly code: number; readonly out: string; readonly err: string }>((resolve) => {
    const all = [main, '--home', home, ...args]
    const child = execFile(process.execPath, all, { env: startEnvironment, timeout: 60_000 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, out, err })
    })
    child.stdin?.end()
  })
}

async function serving(t: Test, home: string): Promise<ChildProcessByStdio<null, Readable, null>> {
  const args = [main, '--home', home, 'run']
  const daemon = spawn(process.execPath, args, { env: startEnvironment, stdio: ['ignore', 'pipe', 'ignore'] })
  t.teardown(() => daemon.kill('SIGKILL'))
  daemon.stdout.setEncoding('utf8')
  let said = ''
  while (!said.includes('Text it')) said += String((await once(daemon.stdout, 'data'))[0])
  return daemon
}

async function killed(daemon: ChildProcessByStdio<null, Readable, null>): Promise<void> {
  const exit = once(daemon, 'exit')
  daemon.kill('SIGKILL')
  await exit
}

const homeWith = (t: Test): string => t.testdir({ 'pincer.yaml': config })
const latchOf = (home: string): string => join(home, 'state/latch.json')

void t.test('beside a daemon it is its /stop all: latched until /resume', async (t) => {
  const home = homeWith(t)
  await serving(t, home)
  await pincer(home, 'chat', '-m', '/on lamp')
  const { code, out, err } = await pincer(home, 'safe-state')
  t.strictSame([code, err], [0, ''])
  t.equal(out, 'All outputs are in their safe state and stay there until /resume.\n')
  t.ok(fs.existsSync(latchOf(home)))
  t.match((await pincer(home, 'chat', '-m', '/read lamp')).out, /^lamp: off\b.*by \/stop all/)
  t.match((await pincer(home, 'chat', '-m', '/on lamp')).out, /latched/)
})

void t.test('after kill -9 it drives what is configured, latches nothing, and a start goes on as before', async (t) => {
  const home = homeWith(t)
  const daemon = await serving(t, home)
  await pincer(home, 'chat', '-m', '/on lamp')
  await killed(daemon)
  t.strictSame(await pincer(home, 'safe-state'), { code: 0, out: drivenOff, err: '' })
  t.notOk(fs.existsSync(latchOf(home)))
  t.match((await pincer(home, 'chat', '-m', '/read lamp')).out, /^lamp: on/, 'start: last restores it')
})

void t.test(
  'with a faulty configuration it drives what Pincer had switched, says the faults, and ends with 2',
  async (t) => {
    const home = homeWith(t)
    const daemon = await serving(t, home)
    await pincer(home, 'chat', '-m', '/on lamp')
    await killed(daemon)
    for (const broken of [`${config}units: 3\n`, '{', 'devices: 7\n']) {
      fs.writeFileSync(join(home, 'pincer.yaml'), broken)
      const { code, out, err } = await pincer(home, 'safe-state')
      t.strictSame([code, out], [2, drivenOff], broken)
      t.match(err, /fault.*\nOnly what Pincer had switched before was driven: correct this, then run it again\.\n$/s)
    }
  },
)

void t.test('a daemon that hangs is said with its process and what to do', async (t) => {
  const home = homeWith(t)
  const daemon = await serving(t, home)
  daemon.kill('SIGSTOP')
  const { code, out, err } = await pincer(home, 'safe-state')
  t.strictSame([code, out], [1, ''])
  t.match(
    err,
    `does not answer, and only it can write the lines that it holds. End it with \`kill -9 ${daemon.pid}\`, then`,
  )
})

void t.test('in a home without a daemon, a state or an output there is nothing to do', async (t) => {
  const home = t.testdir({ 'pincer.yaml': 'board: simulated\ndevices: {}\n' })
  const { code, out, err } = await pincer(home, 'safe-state')
  t.strictSame([code, err], [0, ''])
  t.equal(out, 'No output is configured, and none was left driven.\n')
  t.same(fs.readdirSync(home), ['pincer.yaml'], 'and nothing is made')
  const missing = await pincer(join(home, 'nowhere'), 'safe-state')
  t.equal(missing.code, 1)
  t.match(missing.err, /^pincer: There is no home .*nowhere: name the one that is meant by --home DIR or PINCER_HOME\./)
})
