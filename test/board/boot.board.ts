import t from 'tap'
import { bootBoard } from './board.ts'

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
    t.equal(stdout, '/dev/gpiochip0\n/dev/i2c-1\n/dev/spidev0.0\n/dev/spidev0.1\n')
    t.equal((await board.run(['/bin/cat', '/proc/device-tree/model'])).stdout, 'Pincer virtual board\0')
  },
)

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
