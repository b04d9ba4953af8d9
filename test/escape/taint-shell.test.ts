import t from 'tap'
import { watchCanaries } from '../support/canary-watch.ts'
import { playSources } from '../support/taint-play.ts'
import { shellSources } from '../support/taint-sources.ts'

const watch = watchCanaries()

t.setTimeout(600_000)

void t.test('what real commands print and write beside text from outside makes everything that acts ask', async (t) => {
  await playSources(t, 'text from outside through commands', shellSources, 500)
})

void t.test('no canary is in any byte that was answered, sent, printed or written', (t) => {
  watch.search(t)
  t.end()
})
