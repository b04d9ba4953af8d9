import t from 'tap'
import { limits } from '../src/limits.ts'
import { stopParts } from '../src/stop-parts.ts'
import { FakeClock } from './support/fake-clock.ts'
import { createLogLines } from './support/log-lines.ts'

void t.test('parts stop in order, each after the one before has ended', async (t) => {
  const seen: string[] = []
  const part = (name: string) => ({
    name,
    stop: async () => {
      seen.push(`${name} begins`)
      await Promise.resolve()
      seen.push(`${name} ends`)
    },
  })
  const { log, lines } = createLogLines()
  await stopParts([part('one'), part('two')], { clock: new FakeClock(), log })
  t.same(seen, ['one begins', 'one ends', 'two begins', 'two ends'])
  t.same(lines, [])
})

void t.test('one that fails and one that hangs do not keep the outputs from becoming safe', async (t) => {
  const clock = new FakeClock()
  const { log, lines } = createLogLines()
  let isSafe = false
  const stopped = stopParts(
    [
      { name: 'agent', stop: () => Promise.reject(new TypeError('bug')) },
      { name: 'dispatcher', stop: () => Promise.withResolvers<never>().promise },
      {
        name: 'devices',
        stop: () => {
          isSafe = true
          return Promise.resolve()
        },
      },
    ],
    { clock, log },
  )
  await clock.advance(limits.partStopTimeoutMs)
  await stopped
  t.equal(isSafe, true)
  t.match(lines, [/agent failed to stop: /, /dispatcher did not stop in /])
})
