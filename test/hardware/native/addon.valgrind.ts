/**
 * `npm run native:valgrind`: the addon under valgrind, which sees a use of memory that nobody has written, and a leak of
 * anything that it allocates, by other eyes than the sanitizers of `npm test`. It takes some minutes.
 */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { compile } from '../../../build/addons.ts'

t.setTimeout(60 * 60_000)

const native = join(import.meta.dirname, '../../../src/hardware/native')
const abuse = join(import.meta.dirname, '../../support/addon-abuse.ts')
const withoutValgrind =
  spawnSync('valgrind', ['--version']).error !== undefined && 'left out: `sudo apt-get install valgrind`'

/** The runtime's garbage collector looks at every word of the stack, also of a call of ours, for what may be a pointer. */
const collector = 'heap::base::Stack::'

/** Runs Node with `words` under valgrind; answers what it wrote and those of valgrind's findings that go through `sources`. */
function watched(t: Test, sources: string, words: readonly string[]) {
  const log = join(t.testdirName, 'valgrind.log')
  // The runtime writes machine code while it runs; its own findings are not ours.
  const options = ['--leak-check=full', '--smc-check=all-non-file', '--num-callers=40', `--log-file=${log}`]
  const { stdout, stderr } = spawnSync('valgrind', [...options, process.execPath, ...words], { encoding: 'utf8' })
  const files = fs.readdirSync(sources).filter((name) => name.endsWith('.c'))
  const findings = fs.readFileSync(log, 'utf8').split(/^==\d+== $/m)
  const ours = findings.filter(
    (finding) => !finding.includes(collector) && files.some((name) => finding.includes(`(${name}:`)),
  )
  return { stdout, stderr, ours, summary: findings.find((finding) => finding.includes('LEAK SUMMARY')) ?? '' }
}

async function compiled(t: Test, sources: string): Promise<string> {
  const addon = join(t.testdirName, 'addon.node')
  await compile(sources, addon, '-O1 -g -fno-omit-frame-pointer -Wno-error')
  return addon
}

void t.test('100,000 operations and 20,000 wrong calls leave nothing behind', { skip: withoutValgrind }, async (t) => {
  t.testdir()
  const { stdout, stderr, ours, summary } = watched(t, native, [abuse, await compiled(t, native)])
  t.match(stdout, /^\{"calls":20000,"refused":\d{5},"operations":100000,"leftOpen":0\}\n$/, stderr.slice(0, 2_000))
  t.match(summary, /definitely lost: /, 'it was looked for')
  t.same(ours, [])
})

void t.test('a fault would be seen', { skip: withoutValgrind }, async (t) => {
  const folder = t.testdir({
    'fault.c': `
      #include <node_api.h>
      #include <stdlib.h>
      NAPI_MODULE_INIT() {
        char *volatile memory = malloc(77);
        if (memory[3] == 1) napi_throw_error(env, NULL, "never written");
        memory = NULL;
        return exports;
      }`,
  })
  const { ours } = watched(t, folder, [
    '-e',
    `process.dlopen({ exports: {} }, ${JSON.stringify(await compiled(t, folder))})`,
  ])
  t.match(ours.join(''), /Conditional jump or move depends on uninitialised value/)
  t.match(ours.join(''), /77 bytes in 1 blocks are definitely lost/)
})
