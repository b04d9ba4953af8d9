import t from 'tap'
import { serveBoard } from './served-board.ts'

void t.test('the daemon inside answers a text on a Telegram outside', async (t) => {
  const { ask, startDaemon } = await serveBoard(t, ['board: simulated', 'model: offline'])
  await startDaemon()
  t.match(await ask('/read lamp', 'lamp'), /lamp: off/)
})
