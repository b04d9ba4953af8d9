import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { processTree, readCounters, sizeOfFiles } from './counters.ts'

void t.test('a process is counted with the processes that it has started', async (t) => {
  const parent = spawn(process.execPath, [
    '-e',
    "const { pid } = require('node:child_process').spawn('sleep', ['60']); console.log(pid)",
  ])
  const child = Number(String((await once(parent.stdout, 'data'))[0]))
  const tree = processTree(parent.pid!)
  t.strictSame(tree, [parent.pid, child])
  const both = readCounters(parent.pid!)
  const one = readCounters(child)
  for (const field of ['pssBytes', 'privateAnonymousBytes', 'cpuMs'] as const) {
    t.ok(one[field] > 0, `${field} of the child`)
    t.ok(both[field] > one[field], `${field} of both`)
  }
  t.ok(both.wakeUps > 0)
  process.kill(child)
  await once(parent, 'exit')
})

void t.test('the sizes of the files in all folders are added up', async (t) => {
  const folder = t.testdir({ a: '12345', b: { c: '123', empty: {} } })
  fs.symlinkSync('a', join(folder, 'link'))
  t.equal(sizeOfFiles(folder), 8)
})
