import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { bootBoard } from './board.ts'
import { makeDisk } from './disk.ts'
import { runInside } from './inside.ts'
import { withoutSpi } from './kernel-support.ts'

void t.test('the board boots and runs programs of the host, with their output and exit code', async (t) => {
  const board = await bootBoard(t)
  t.same(await board.run(['/bin/sh', '-c', 'echo out; echo err >&2; exit 3']), {
    code: 3,
    signal: null,
    stdout: 'out\n',
    stderr: 'err\n',
  })
  t.match(await board.run(['/no/such/program']), { code: 127, stderr: /ENOENT/ })
  const sleeper = board.start(['/bin/sleep', '1000'])
  await sleeper.pid
  sleeper.kill('SIGKILL')
  t.match(await sleeper.ended, { code: null, signal: 'SIGKILL' })
})

void t.test(
  'the header, an I2C bus and two SPI chip selects are there under the names of a Raspberry Pi',
  async (t) => {
    const board = await bootBoard(t)
    const { stdout } = await board.run(['/bin/sh', '-c', 'ls -d /dev/gpiochip* /dev/i2c-* /dev/spidev*'])
    const spi = withoutSpi === false ? '/dev/spidev0.0\n/dev/spidev0.1\n' : ''
    t.equal(stdout, `/dev/gpiochip0\n/dev/i2c-1\n${spi}`)
    t.equal((await board.run(['/bin/cat', '/proc/device-tree/model'])).stdout, 'Pincer virtual board\0')
  },
)

void t.test('what programs find inside: the files of the host, memory, a shared folder, no network', async (t) => {
  const board = await bootBoard(t)
  await runInside(t, board, 'guest/surroundings-tests.ts')
  t.ok(existsSync(join(board.sharedFolder, 'written')))
})

void t.test('a disk keeps over a power cut what was synced, and loses what was not', async (t) => {
  const board = await bootBoard(t, { disk: await makeDisk(t) })
  await runInside(t, board, 'guest/surroundings-tests.ts', { HAS_DISK: 'yes' })
  // Else the kernel would write it out by itself after some seconds, and a busy machine might take as long.
  const never = 'echo 0 > /proc/sys/vm/dirty_writeback_centisecs && mount -o remount,commit=3600 /run/disk'
  const write = `${never} && echo kept > kept && sync && echo lost > lost && echo done`
  t.match(await board.run(['/bin/sh', '-c', write], { cwd: '/run/disk' }), { stdout: 'done\n' })
  await board.powerCut()
  await board.powerOn()
  t.match(await board.run(['/bin/cat', '/run/disk/kept']), { stdout: 'kept\n' })
  t.match(await board.run(['/bin/cat', '/run/disk/lost']), { stdout: '', code: 1 })
})

void t.test('a power cut ends everything at once, and the board starts again', async (t) => {
  const board = await bootBoard(t)
  const sleeper = board.start(['/bin/sleep', '1000'])
  await sleeper.pid
  await board.powerCut()
  t.match(await sleeper.ended, { code: null, signal: 'SIGKILL' })
  t.throws(() => board.start(['/bin/true']), /switched off/)
  await board.powerOn()
  t.match(await board.run(['/bin/true']), { code: 0 })
})
