import t from 'tap'
import { bootBoard } from './board.ts'
import { runInside } from './inside.ts'

void t.test('the watchdog switches a relay off while the event loop is stuck', async (t) => {
  await runInside(t, await bootBoard(t), 'guest/watchdog-tests.ts')
})
