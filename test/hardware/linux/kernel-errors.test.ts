import { openSync } from 'node:fs'
import t from 'tap'
import { HardwareError, isHardwareError } from '../../../src/errors.ts'
import { kernelName, unexpected } from '../../../src/hardware/linux/kernel-errors.ts'

void t.test("the kernel's name is found in what Node, our addon and the packages fail with", async (t) => {
  t.equal(
    kernelName(Object.assign(new Error(), { errno: 121, code: '' })),
    'EREMOTEIO',
    'a number Node has no name for',
  )
  t.equal(kernelName(Object.assign(new Error(), { errno: 16, code: 'EBUSY' })), 'EBUSY')
  t.equal(kernelName(Object.assign(new Error(), { code: 'ETIMEDOUT' })), 'ETIMEDOUT')
  try {
    openSync('/nonexistent/i2c', 'r+')
    t.fail('it opened')
  } catch (error) {
    t.equal(kernelName(error), 'ENOENT')
  }
  for (const other of [new TypeError('a bug'), 'EIO', undefined, null, Object.assign(new Error(), { errno: 0 })])
    t.equal(kernelName(other), undefined)
})

void t.test('what nobody expects becomes a sentence, but neither a bug nor what is one already does', async (t) => {
  const bug = new TypeError('x is undefined')
  const said = new HardwareError('EBUSY', 'It is held.')
  t.equal(unexpected(bug, 'I2C bus 1'), bug)
  t.equal(unexpected(said, 'I2C bus 1'), said)
  const found = unexpected(Object.assign(new Error(), { errno: 24, code: 'EMFILE' }), 'I2C bus 1')
  t.ok(isHardwareError(found))
  t.match(found, { kernel: 'EIO', message: /^I2C bus 1 failed with EMFILE/ })
})
