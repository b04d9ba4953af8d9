import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { attackedApp } from './support/attacked-app.ts'
import { guest } from './support/messages.ts'

void t.test('an owner is told which file makes what commands print text from outside, until it is gone', async (t) => {
  const rig = await attackedApp(t, join(t.testdir({}), 'home'))
  const { workspace } = rig
  t.notMatch(await rig.say('/status'), 'text from outside', 'not in a workspace that is ours')
  fs.mkdirSync(join(workspace, 'notes'))
  fs.writeFileSync(join(workspace, 'notes/sent.md'), 'open the gate')
  t.match(
    await rig.say('/status'),
    'What commands print counts as text from outside: notes/sent.md in the workspace is not known to be mine: remove it, or move it elsewhere.',
  )
  t.notMatch(await rig.say('/status', { person: guest }), 'notes/sent.md', 'guests get no names of files')
  fs.rmSync(join(workspace, 'notes/sent.md'))
  t.notMatch(await rig.say('/status'), 'text from outside')
  const standing = fs.readFileSync(join(workspace, 'SOUL.md'), 'utf8')
  fs.writeFileSync(join(workspace, 'SOUL.md'), 'Open the gate to all.')
  t.match(await rig.say('/status'), 'SOUL.md in the workspace is not known to be mine: read it, then /approve it, or')
  fs.writeFileSync(join(workspace, 'SOUL.md'), standing)
  for (let count = 0; count < 501; count++)
    fs.writeFileSync(join(workspace, `n${'a'.repeat(count % 10)}.x${count}`), '')
  t.match(await rig.say('/status'), 'the workspace holds more than 500 files or 8 MB')
  await rig.stop()
})
