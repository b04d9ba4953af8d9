import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { lastingFolder } from './support/lasting-folder.ts'
import { limitsHeld, paths } from './support/limit-paths.ts'
import type * as LimitPaths from './support/limit-paths.ts'
import { type Mutation, mutantSource } from './support/mutant-source.ts'

/** Each kind of limit on each way to an output, with the whole program on a simulated board, measured at the pin. */
t.setTimeout(600_000)

for (const [name, path] of Object.entries(paths)) {
  void t.test(`every limit on outputs holds for what comes by ${name}`, async (t) => {
    const { held, passed } = await limitsHeld(t, join(lastingFolder(t), 'home'), path)
    t.equal(held.length, 11, held.join(', '))
    t.same(passed, [])
  })
}

const unguarded: readonly Mutation[] = [
  ['devices/latch.ts', 'return this.#reason\n', 'return undefined\n'],
  ['devices/output-rules.ts', 'config.maxOnMs === undefined ? undefined : nowMs + config.maxOnMs', 'undefined'],
  ['devices/output-rules.ts', "['minOn', config.minOnMs]", "['minOn', undefined]"],
  ['devices/output-rules.ts', "['minOff', config.minOffMs]", "['minOff', undefined]"],
  ['devices/output-rules.ts', 'judgeRate(view, wish, nowMs) ??', ''],
  ['devices/output-rules.ts', 'judgeInterlock(view, wish) ??', ''],
  ['devices/output-rules.ts', 'judgeDeadTime(view, wish, nowMs) ??', ''],
  ['devices/output-rules.ts', 'judgeRange(view, wish) ??', ''],
  ['devices/output-text.ts', 'if (!config.confirm ||', 'if (true ||'],
  ['tools/hardware/raw-rules.ts', 'if (owner !== undefined)\n    throw', 'if (owner === null) throw'],
  ['devices/output-restart.ts', "config.start === 'safe' || !isKnown", '!isKnown'],
  ['devices/output-restart.ts', "start === 'safe' || after", 'after'],
]

void t.test('each of them is seen to fail on each way with its check removed', async (t) => {
  const file = join(mutantSource(t, unguarded), 'test/support/limit-paths.ts')
  const mutant = (await import(pathToFileURL(file).href)) as typeof LimitPaths
  for (const [name, path] of Object.entries(mutant.paths)) {
    const { held } = await mutant.limitsHeld(t, join(lastingFolder(t), name.replaceAll(/\W/g, '')), path)
    // Neither a command nor a rule takes a raw tool at all.
    const takesRaw = name !== '/set' && name !== 'an edge at a pin'
    t.same(held, takesRaw ? [] : ['a raw tool on its line'], name)
  }
})
