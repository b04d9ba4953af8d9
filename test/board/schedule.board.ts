import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { planJobs } from '../support/planned-jobs.ts'
import { setting } from '../support/trigger-rig.ts'
import { serveBoard } from './served-board.ts'

const owner = 7
const config = [
  'devices:',
  '  relay: { kind: switch, line: GPIO17, safe: off }',
  '  door: { kind: contact, line: GPIO22, debounce: 1ms }',
]

void t.test('an edge at a pin switches a relay outside, with the network cut and no model', async (t) => {
  const served = await serveBoard(t, config)
  const { board, bot, startDaemon, ask } = served
  const state = join(board.sharedFolder, 'state')
  await mkdir(state)
  const rule = (edge: 'rising' | 'falling', value: 'on' | 'off') => ({
    time: { kind: 'when' as const, when: { kind: 'edge' as const, device: 'door', edge } },
    action: setting('relay', value),
  })
  await planJobs(state, owner, [rule('falling', 'on'), rule('rising', 'off')])
  const moveIn = 'install -d -m 700 home/state && install -m 600 /run/shared/state/jobs* home/state/ && sync'
  await board.run(['/bin/sh', '-c', moveIn], { cwd: '/run/disk' })
  board.gpio.drive('GPIO22', 1)
  await startDaemon()
  // Answered when the jobs are armed; the line is requested for its edges in that moment.
  await ask('/jobs', 'Job 1')
  await board.gpio.until(() => board.gpio.isWatched('GPIO22'))
  await bot.stop()
  t.equal(board.gpio.measure('GPIO17'), 0)
  board.gpio.drive('GPIO22', 0)
  await board.gpio.until(() => board.gpio.measure('GPIO17') === 1)
  board.gpio.drive('GPIO22', 1)
  await board.gpio.until(() => board.gpio.measure('GPIO17') === 0)
  t.same(board.gpio.logOf('GPIO17'), ['drives low', 'drives high', 'drives low'])
})
