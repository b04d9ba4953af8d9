import t from 'tap'
import { HardwareError } from '../../src/errors.ts'
import { describeLineFault } from '../../src/devices/line-fault.ts'
import { hardwareFault, remedies } from '../../src/hardware/remedies.ts'

void t.test('a fault of a line is said in the words of its port, never in others', async (t) => {
  for (const remedy of [
    remedies['line-held']('GPIO17', 'gpio-fan'),
    remedies['line-gone']('GPIO17'),
    remedies['no-line']('GPIO17'),
  ]) {
    const fault = hardwareFault('ENODEV', remedy)
    t.equal(describeLineFault('GPIO17', fault), fault.message)
  }
})

void t.test('where the port calls the line otherwise, the name of the configuration stands before', async (t) => {
  const fault = new HardwareError('EIO', 'The chip of line GPIO_GCLK does not answer.')
  t.equal(describeLineFault('pin 7', fault), 'pin 7: The chip of line GPIO_GCLK does not answer.')
})
