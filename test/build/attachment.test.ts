import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { attach, readAttached } from '../../build/attachment.ts'

/** A program with two files attached, one of them empty. */
function made(folder: string): string {
  const executable = join(folder, 'program')
  fs.writeFileSync(executable, 'ELF and so on')
  fs.writeFileSync(join(folder, 'one'), Buffer.from([0, 10, 255, 32]))
  fs.writeFileSync(join(folder, 'none'), '')
  attach(executable, [
    ['parts/one.cjs', join(folder, 'one')],
    ['none', join(folder, 'none')],
  ])
  return executable
}

void t.test(
  'what was attached to an executable is read back byte by byte, and the program before it is as it was',
  (t) => {
    const executable = made(t.testdir())
    t.same(readAttached('parts/one.cjs', executable), Buffer.from([0, 10, 255, 32]))
    t.same(readAttached('none', executable), Buffer.alloc(0))
    t.equal(readAttached('one', executable), undefined, 'a name that is only a part of one is none')
    t.match(fs.readFileSync(executable, 'latin1'), /^ELF and so on/)
    t.end()
  },
)

void t.test('an executable that was cut short anywhere says so and how to mend it', (t) => {
  const executable = made(t.testdir())
  const whole = fs.statSync(executable).size
  for (let size = whole - 1; size >= 0; size--) {
    fs.truncateSync(executable, size)
    t.throws(
      () => readAttached('parts/one.cjs', executable),
      { code: 'file', message: `The executable ${executable} is not whole: copy or download it again.` },
      `${size} of ${whole} bytes`,
    )
  }
  t.end()
})

void t.test('an executable that the kernel cannot read is not called cut short', (t) => {
  const folder = t.testdir({})
  for (const [executable, kernel] of [
    [folder, 'EISDIR'],
    [join(folder, 'gone'), 'ENOENT'],
  ] as const) {
    t.throws(() => readAttached('parts/one.cjs', executable), {
      code: 'file',
      message: `The executable ${executable} could not be read (${kernel}, for its part parts/one.cjs): start it again, and if this is said again, its disk or card fails: copy it to another one.`,
    })
  }
  t.end()
})
