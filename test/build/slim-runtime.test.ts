import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { writeSlimRuntime } from '../../build/slim-runtime.ts'

void t.test('the slim runtime is smaller and runs as the whole one', async (t) => {
  const slim = join(t.testdir(), 'node')
  writeSlimRuntime(process.execPath, slim)
  t.ok(statSync(slim).size < statSync(process.execPath).size)
  t.equal(
    execFileSync(slim, ['-p', 'process.version + typeof WebAssembly'], { encoding: 'utf8' }).trim(),
    `${process.version}object`,
  )
})

void t.test('what is not a 64-bit little-endian ELF program is refused', async (t) => {
  const folder = t.testdir({
    script: `#!/bin/sh\n${'x'.repeat(100)}`,
    short: Buffer.from('\x7fELF\x01\x01'.padEnd(100, '\0'), 'latin1'),
  })
  for (const name of ['script', 'short']) {
    t.throws(
      () => writeSlimRuntime(join(folder, name), join(folder, 'out')),
      /is not a 64-bit little-endian ELF program/,
    )
  }
})
