import { join } from 'node:path'
import t from 'tap'
import { attackedApp } from '../support/attacked-app.ts'
import { watchCanaries, watchedFolder } from '../support/canary-watch.ts'
import { playSources } from '../support/taint-play.ts'
import { readSources, writtenSources } from '../support/taint-sources.ts'

const watch = watchCanaries()

t.setTimeout(600_000)

void t.test('pages, files and names from outside make everything that acts ask', async (t) => {
  await playSources(t, 'text from outside', readSources, 650)
})

void t.test(
  'files that were written under text from outside, and messages, make everything that acts ask',
  async (t) => {
    await playSources(t, 'text from outside, written down', writtenSources, 640)
  },
)

void t.test('without anything from outside nothing of all this asks', async (t) => {
  const rig = await attackedApp(t, join(watchedFolder(t), 'home'))
  const steps = [
    'call write_file {"path":"a.md","content":"shut the gate"}',
    'call read_file {"path":"a.md"}',
    'call list_dir {}',
    'call search_files {"pattern":"gate"}',
    'call shell {"command":"cp a.md b.md; cat b.md"}',
    'call read_file {"path":"b.md"}',
    'call device_read {}',
    'ACT',
  ]
  t.same(await rig.asking(steps.join(' && '), 'home'), [])
  t.same(
    rig.asked.map(({ reason }) => reason),
    ['gate is marked confirm'],
    'but for the device that always asks',
  )
  await rig.stop()
})

void t.test('no canary is in any byte that was answered, sent, printed or written', (t) => {
  watch.search(t)
  t.end()
})
