import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { limits } from '../../src/limits.ts'
import { CutDisk } from './cut-disk.ts'
import { draft, ScheduleRig } from './schedule-rig.ts'

void t.test('what a program had begun at a cut is on the disk, and it does nothing more', async (t) => {
  const folder = t.testdir()
  const disk = await CutDisk.install()
  let isOver = false
  const write = async (): Promise<void> => {
    for (let count = 0; ; count++) {
      const file = await fs.promises.open(join(folder, String(count)), 'w')
      await file.writeFile('x'.repeat(100_000))
      await file.close()
      if (isOver) throw new Error('The dead go on.')
    }
  }
  for (let index = 0; index < 4; index++) void write()
  await new Promise(setImmediate)
  await disk.restore()
  isOver = true
  const names = fs.readdirSync(folder)
  const sizes = names.map((name) => fs.statSync(join(folder, name)).size)
  fs.rmSync(folder, { recursive: true })
  for (let round = 0; round < 100; round++) await new Promise(setImmediate)
  t.notOk(fs.existsSync(folder))
  t.ok(
    sizes.every((size) => size === 0 || size === 100_000),
    String(sizes),
  )
  t.ok(names.length > 0)
})

void t.test('a test may leave its schedule as it is, also in the middle of a write or behind a cut', async (t) => {
  for (const isCut of [false, true]) {
    let folder = ''
    await t.test('a schedule that nobody stops', async (t) => {
      const rig = await ScheduleRig.create(t)
      folder = rig.stateFolder
      const schedule = await rig.start()
      await schedule.add(draft({ time: { kind: 'every', everyMs: limits.jobIntervalMinMs } }))
      if (isCut) rig.disk.cutAt(2, { after: false })
      for (let count = 0; count < 10; count++) void schedule.add(draft()).catch(() => undefined)
      t.ok(fs.existsSync(folder))
    })
    for (let round = 0; round < 100; round++) await new Promise(setImmediate)
    t.notOk(fs.existsSync(folder), 'nothing came back into its folder')
  }
})
