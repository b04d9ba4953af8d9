/** What only the driver of Linux can show of SPI: run inside the guest by buses.board.ts. */
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import t from 'tap'
import { unknownBoard } from '../../../src/hardware/board.ts'
import { createLinuxBuses } from '../../../src/hardware/linux/buses.ts'
import { loadAddon } from '../../../src/hardware/native/addon.ts'
import { nativeFile } from '../../../src/native-files.ts'
import { FakeClock } from '../../support/fake-clock.ts'

void t.test('a node whose driver refuses even mode 0 is closed again each time', async (t) => {
  // It takes no settings of SPI, as no driver of a controller here can be made to do.
  execFileSync('mknod', ['/dev/spidev9.0', 'c', '1', '3'])
  const { spi } = createLinuxBuses({
    clock: new FakeClock(),
    board: unknownBoard(undefined),
    addon: () => loadAddon(nativeFile('pincer', '')),
    nativeFile: (name) => nativeFile(name, ''),
  })
  const transfer = () => spi.transfer({ device: '9.0', write: Uint8Array.of(1), speedHz: 1_000_000, mode: 1 })
  const openFiles = (): number => readdirSync('/proc/self/fd').length
  await t.rejects(transfer(), { code: 'hardware', message: /^SPI device 9\.0 failed with ENOTTY/ })
  const before = openFiles()
  for (let time = 0; time < 5; time++) await t.rejects(transfer(), { code: 'hardware' })
  t.equal(openFiles(), before)
})
