import fs from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import * as v from 'valibot'
import { bubblewrapProgram, Shell } from '../src/app-shell.ts'
import { createApp } from '../src/app.ts'
import { createSystemClock } from '../src/clock.ts'
import { openWorkspace } from '../src/guard/workspace.ts'
import { furnishHome, openHome } from '../src/home.ts'
import { limits } from '../src/limits.ts'
import { weakBubblewrap } from './support/escape-shell.ts'
import { FakeClock } from './support/fake-clock.ts'
import { createLogLines } from './support/log-lines.ts'
import { toolContext } from './support/tool-context.ts'
import { until } from './support/until.ts'
import { witnessedConfig } from './support/witnessed-config.ts'

/** The shell as a daemon has it; `words` of bash stand before each start of bubblewrap. */
async function rig(t: Test, words = '') {
  const folder = fs.realpathSync(t.testdir({ workspace: {}, state: {} }))
  const starts = join(folder, 'starts')
  const program = weakBubblewrap(folder, `echo started >>'${starts}'\n${words}`)
  const clock = new FakeClock()
  const { log, lines } = createLogLines()
  const offered: string[] = []
  /** Runs this in the shell that was offered last. */
  let command = (_words: string): Promise<unknown> => Promise.reject(new Error('No shell was offered.'))
  const told: string[] = []
  const shell = new Shell({
    options: {
      settings: { policy: 'allow', allow: [], deny: [], network: false, timeoutMs: 10_000 },
      workspace: await openWorkspace({ root: join(folder, 'workspace') }),
      stateFolder: join(folder, 'state'),
      timezone: 'UTC',
      program,
      // What runs in the sandbox takes real time; when it is tried out does not.
      clock: createSystemClock(),
      origins: { everythingIsOurs: () => Promise.resolve(true), recordChanges: () => Promise.resolve() },
    },
    offer(tool) {
      offered.push(tool.name)
      command = (words) => tool.run(v.parse(tool.arguments, { command: words }), toolContext())
    },
    tellOwner: (sentence) => told.push(sentence),
    clock,
    log,
  })
  const proofs = (): number => (fs.existsSync(starts) ? fs.readFileSync(starts, 'utf8').trim().split('\n').length : 0)
  return { shell, program, clock, lines, offered, told, proofs, command: (words: string) => command(words) }
}

void t.test('a daemon tries its sandbox out a moment after its start, and not before', async (t) => {
  const { shell, clock, offered, proofs } = await rig(t)
  shell.proveSoon()
  await clock.advance(limits.shellFirstProofMs - 1)
  t.equal(proofs(), 0, 'nothing waits for it, and it takes nothing from the start')
  await clock.advance(1)
  await until(() => offered.length > 0, 'the shell')
  t.equal(proofs(), 1)
  t.match(await shell.line(), /^Shell: allow; bubblewrap, tried out/)
  await shell.ready()
  t.same([proofs(), offered], [1, ['shell']], 'neither /status nor a turn tries it again')
  await shell.stop()
})

void t.test('a turn that comes before, or meanwhile, makes no second proof', async (t) => {
  const before = await rig(t)
  before.shell.proveSoon()
  await before.shell.ready()
  await before.clock.advance(limits.shellFirstProofMs)
  // Longer than a proof takes.
  await before.command('sleep 0.5')
  t.same([before.proofs(), before.offered], [2, ['shell']], 'the one proof, and this command')
  await before.shell.stop()

  const meanwhile = await rig(t)
  meanwhile.shell.proveSoon()
  await meanwhile.clock.advance(limits.shellFirstProofMs)
  t.same(meanwhile.offered, [], 'it is under way')
  await meanwhile.shell.ready()
  t.same([meanwhile.proofs(), meanwhile.offered], [1, ['shell']])
  await meanwhile.shell.stop()
})

void t.test('a stop ends what is due, and what is under way, and nothing is said of it', async (t) => {
  const due = await rig(t)
  due.shell.proveSoon()
  await due.shell.stop()
  await due.clock.advance(limits.shellFirstProofMs)
  t.same([due.proofs(), due.offered, due.lines, due.told], [0, [], [], []])

  const underWay = await rig(t, 'cat; exit')
  underWay.shell.proveSoon()
  await underWay.clock.advance(limits.shellFirstProofMs)
  await until(() => underWay.proofs() > 0, 'the proof')
  await underWay.shell.stop()
  t.same([underWay.offered, underWay.lines, underWay.told], [[], [], []])
})

void t.test('a sandbox that does not work is told of once, in the log and to the owner', async (t) => {
  const { shell, program, clock, lines, offered, told } = await rig(t)
  fs.rmSync(program)
  shell.proveSoon()
  await clock.advance(limits.shellFirstProofMs)
  await until(() => told.length > 0, 'the notice')
  const sentence = `The shell is not offered. The sandbox cannot be set up, so nothing was run: bubblewrap is not installed at ${program}. Run: sudo apt install bubblewrap`
  t.same(told, [sentence])
  t.match(lines, [/^warn shell: The shell is not offered\. .*sudo apt install bubblewrap/])
  t.match(await shell.line(), /^Shell: not offered\. .*sudo apt install bubblewrap/)
  await clock.advance(limits.shellTryAgainMs)
  await shell.ready()
  t.same([offered, told.length, lines.length], [[], 1, 1], 'it is tried again before a turn, and not told again')
  await shell.stop()
})

const withBubblewrap = { skip: fs.existsSync(bubblewrapProgram) ? false : 'bubblewrap is not on this host' }

void t.test('the program does so where it serves channels, and only there', withBubblewrap, async (t) => {
  for (const servesChannels of [true, false]) {
    const clock = new FakeClock()
    const { log, lines } = createLogLines()
    const person = { id: '1', name: 'Ada', role: 'owner' } as const
    const app = await createApp({
      home: await furnishHome(await openHome(join(t.testdir({}), String(servesChannels)))),
      config: { ...witnessedConfig, shell: { ...witnessedConfig.shell, policy: 'allow' } },
      redact: (text) => text,
      clock,
      log,
      person,
      environment: {},
      servesChannels,
      memoryBytes: () => 0,
    })
    const isOffered = (): boolean => app.registry.specs(person).some(({ name }) => name === 'shell')
    await app.start()
    t.notOk(isOffered(), 'the start waits for no proof')
    await clock.advance(limits.shellFirstProofMs)
    if (servesChannels) await until(isOffered, 'the shell')
    else t.notOk(isOffered())
    t.same(lines, [])
    await app.stop()
  }
})
