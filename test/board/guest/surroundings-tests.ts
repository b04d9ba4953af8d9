/** What programs find inside the guest: run there by boot.board.ts. */
import { accessSync, constants, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import t from 'tap'

void t.test('the files of the host are there, and cannot be written', async (t) => {
  accessSync(import.meta.filename, constants.R_OK)
  t.throws(() => writeFileSync(`${import.meta.dirname}/written`, ''), { code: 'EROFS' })
})

void t.test('memory and the shared folder can be written', async (t) => {
  for (const path of ['/run/written', '/run/tmp/written', '/dev/shm/written', '/run/shared/written']) {
    writeFileSync(path, 'here')
    t.equal(readFileSync(path, 'utf8'), 'here')
  }
})

void t.test('there is no network but the loopback interface', async (t) => {
  t.same(Object.keys(networkInterfaces()), ['lo'])
})

void t.test('the disk is there where the board has one', async (t) => {
  t.equal(existsSync('/run/disk/lost+found'), process.env['HAS_DISK'] === 'yes')
})
