import t, { type Test } from 'tap'
import { endOrphanedSandboxes } from '../support/orphaned-sandboxes.ts'
import { inParallel, numbersFrom } from './scenes.ts'
import type { Life, Said } from './telegram-life.ts'
import { daemonProgram } from './telegram-daemon.ts'
import { TelegramWitness, watchingModules } from './telegram-witness.ts'

/**
 * The whole daemon between Telegram and a provider that outlive it. It is killed (SIGKILL) over and over, and they
 * judge: every message is answered, nothing is changed twice, nothing is sent twice but what was in flight.
 */
t.setTimeout(600_000)

const program = await daemonProgram(t.testdir({}), watchingModules)

const totals = { kills: 0, messages: 0, sets: 0, changes: 0, repeats: 0, notices: 0 }

const plans = ['', 'r', 'm', 'r m', 'rr', 'mm', 'm r m', 'set', 'set'] as const

/** Runs one daemon after the other over one home; then everything must be answered. */
async function judged(
  t: Test,
  title: string,
  run: (witness: TelegramWitness) => Promise<void>,
  last: Life = {},
): Promise<void> {
  const witness = await TelegramWitness.start(program, t.testdirName)
  try {
    await run(witness)
    t.same(await witness.finish(last), [], title)
  } finally {
    await witness.close()
  }
  for (const name of ['kills', 'messages', 'sets', 'changes', 'repeats', 'notices'] as const) {
    totals[name] += witness[name]
  }
}

/** Turns that read, that change and that do both, a command in some, and one message that meets a running turn. */
function scene(number: number): { readonly first: readonly Said[]; readonly later: readonly Said[] } {
  const chat = 6 * (number % 2)
  const command = number % 2 === 0 ? 'set' : 'rr'
  const all = ['r m', 'r', 'm', '', 'm r m', command]
  return { first: all.map((plan, index): Said => [chat + index + 1, plan]), later: [[chat + 1, 'm']] }
}

/** As many as a life has that serves a scene; then those that are rare among them, one after the other. */
const operations: readonly { readonly operation: number; readonly only?: string }[] = [
  ...Array.from({ length: 30 }, (_, index) => ({ operation: index + 1 })),
  ...['rename', 'writeFile', 'sync'].flatMap((only) => [1, 2].map((operation) => ({ operation, only }))),
]

/** Lives that are killed at their first, second, third operation, and so on: each mends what the one before left. */
function sweep(t: Test, how: 'before' | 'middle', cutPower = false): () => Promise<void> {
  const title = `killed ${how}${cutPower ? ', and the power cut,' : ''} at each operation`
  return () =>
    judged(t, title, async (witness) => {
      for (const [index, at] of operations.entries()) {
        await witness.live({ ...scene(index), killAt: { ...at, how }, cutPower })
        // What too many kills in a row interrupt is given up, and proves nothing more.
        if (index % 3 === 2) await witness.live({})
      }
      t.comment(`${title}: ${witness.killedAt.join(' ')}`)
      for (const name of ['write', 'datasync', 'sync', 'writeFile', 'rename']) {
        t.ok(witness.killedAt.includes(name), `${name} is among them`)
      }
    })
}

/** Lives that are killed after some number of calls, changes and operations. */
function atRandom(t: Test, seed: number, lives: number): () => Promise<void> {
  return () =>
    judged(t, `killed at random instants, seed ${seed}`, async (witness) => {
      const random = numbersFrom(seed)
      const any = (): Said => [1 + random(12), plans[random(plans.length)] ?? 'set']
      for (let life = 0; life < lives; life++) {
        const first = Array.from({ length: 4 + random(5) }, any)
        await witness.live({ first, later: [any(), any()], killAfterEvents: 1 + random(90) })
      }
    })
}

void t.test('nothing is lost or done twice when it is killed again and again', async (t) => {
  t.testdir({})
  t.teardown(endOrphanedSandboxes)
  // It also leaves its compiled code to all others, which come to no orderly end.
  await judged(t, 'undisturbed', () => Promise.resolve(), scene(0))
  const chains = [
    sweep(t, 'before'),
    sweep(t, 'middle'),
    sweep(t, 'before', true),
    atRandom(t, 1, 6),
    atRandom(t, 2, 6),
  ]
  await inParallel(chains, 3)
  const { kills, messages, sets, changes, repeats, notices } = totals
  t.comment(
    `${kills} kills, ${messages} messages (${sets} of them /set), ${changes} changes, ${repeats} replies repeated in flight, ${notices} notices`,
  )
  t.ok(kills >= 100 && messages >= 300, 'there were enough of them to mean something')
})
