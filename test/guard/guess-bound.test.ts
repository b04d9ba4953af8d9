import t from 'tap'
import { PincerError } from '../../src/errors.ts'
import type { Answerer } from '../../src/guard/approval.ts'
import { withGuessBound } from '../../src/guard/guess-bound.ts'
import { limits } from '../../src/limits.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { ada, bob } from '../support/messages.ts'

const at = (person: Answerer['person'], channel = 'test'): Answerer => ({ channel, chat: 'home', person })
const max = limits.wrongCodesPerHourMax

/** A desk at which RIGHT is right, DISK fails, and all else is wrong. */
function boundDesk() {
  const clock = new FakeClock()
  const tried: string[] = []
  const desk = withGuessBound(
    {
      list: () => Promise.resolve('a list'),
      withdraw: () => Promise.resolve(3),
      forget: () => Promise.resolve(),
      answer: (_by, code) => {
        tried.push(code)
        if (code === 'RIGHT') return Promise.resolve('yes')
        throw new PincerError(code === 'DISK' ? 'disk' : 'usage', `no ${code}`)
      },
    },
    clock,
  )
  const answer = (code: string, by = at(ada), given: 'yes' | 'no' = 'yes'): Promise<string> =>
    desk.answer(by, code, given).catch((error: Error) => error.message)
  const guess = async (times: number): Promise<void> => {
    for (let count = 0; count < times; count++) await answer(`AAA${count}`)
  }
  return { clock, desk, tried, answer, guess }
}

void t.test(
  'after so many wrong codes in an hour none counts for this person, and the sentence says how long',
  async (t) => {
    const { clock, tried, answer, guess } = boundDesk()
    await guess(max - 1)
    t.equal(await answer('RIGHT'), 'yes', 'one less is no reason')
    await clock.advance(60_000)
    await guess(1)
    t.equal(tried.length, max + 1)
    const refused = await answer('RIGHT')
    t.match(refused, `${max} codes of yours were wrong within an hour, so none counts for 59m.`)
    t.equal(tried.length, max + 1, 'it is not even looked at')
    t.equal(await answer('RIGHT', at(bob)), 'yes', 'nobody else')
    t.equal(await answer('RIGHT', at(ada, 'other')), 'yes', 'nor who has this id elsewhere')
    t.equal(await answer('RIGHT', at(ada), 'no'), 'yes', 'a no always counts')
    await clock.advance(59 * 60_000)
    t.equal(await answer('RIGHT'), 'yes', 'the hour is over for the first ones')
  },
)

void t.test('what is right or fails for another reason is no guess, and many at once are as many', async (t) => {
  const { answer, tried } = boundDesk()
  for (let count = 0; count < max; count++) await answer(count % 2 === 0 ? 'RIGHT' : 'DISK')
  t.equal(await answer('RIGHT'), 'yes')
  const before = tried.length
  await Promise.all(Array.from({ length: max + 5 }, (_, count) => answer(`AAA${count}`)))
  t.equal(tried.length - before, max)
})

void t.test('the rest of the desk is as it was', async (t) => {
  const { desk, guess } = boundDesk()
  await guess(max)
  t.equal(await desk.list(at(ada)), 'a list')
  t.equal(await desk.withdraw('all'), 3)
  await desk.forget({ channel: 'test', personId: '1' })
})
