import t from 'tap'
import { bootBoard } from './board.ts'
import { runInside } from './inside.ts'

void t.test('the GPIO driver of Linux keeps the contract of its port on a real chip', async (t) => {
  await runInside(t, await bootBoard(t), 'guest/gpio-contract-tests.ts')
})

void t.test('it names who holds a line, tells chips and lines apart, and survives a chip that goes away', async (t) => {
  await runInside(t, await bootBoard(t), 'guest/gpio-driver-tests.ts')
})

void t.test('the addon gives every line back, whatever becomes of who held it', async (t) => {
  await runInside(t, await bootBoard(t), 'guest/gpio-addon-tests.ts')
})
