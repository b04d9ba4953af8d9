import t from 'tap'
import { watchCanaries } from '../support/canary-watch.ts'
import { playSources } from '../support/taint-play.ts'
import { laundrySources } from '../support/taint-sources.ts'

const watch = watchCanaries()

t.setTimeout(600_000)

void t.test(
  'a file from outside stays one through what real commands make of it, and makes everything that acts ask',
  async (t) => {
    await playSources(t, 'text from outside copied by commands', laundrySources, 750)
  },
)

void t.test('no canary is in any byte that was answered, sent, printed or written', (t) => {
  watch.search(t)
  t.end()
})
