import t from 'tap'
import { playSources } from '../support/taint-play.ts'
import { shellSources } from '../support/taint-sources.ts'

t.setTimeout(115_000)

void t.test('what real commands make of text from outside makes everything that acts ask', async (t) => {
  await playSources(t, 'text from outside through commands', shellSources, 1_270)
})
