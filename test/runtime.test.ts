import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { loadPart } from '../src/parts.ts'
import { builtAs, builtAtMs, version } from '../src/runtime.ts'

void t.test('from source, the version is that of package.json and the parts are the files themselves', async (t) => {
  const content: { version: string } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'))
  t.equal(version(), content.version)
  t.equal(builtAs(), 'source')
  const simulator = await loadPart('simulator')
  t.equal(simulator, await loadPart('simulator'), 'loaded once')
  t.equal(typeof simulator.createSimulator, 'function')
})

void t.test('from source, the program is as old as its package.json', (t) => {
  t.ok(builtAtMs() > Date.parse('2025-01-01') && builtAtMs() <= Date.now())
  t.end()
})
