import { Script } from 'node:vm'
import t from 'tap'
import { underCacheFlags } from '../../build/rest-flags.ts'

let made = 0

/** A script that the runtime has not seen: one that it knows is taken from memory, whatever its cache. */
function unseen(): string {
  return `(function () { return ${made++} })`
}

/** A cache as the runtime carries them for its own modules: made before anybody has touched a flag. */
const source = unseen()
const cacheOfRuntime = new Script(source, { filename: 'of-the-runtime' }).createCachedData()

function accepts(text: string, cachedData: Buffer): boolean {
  return new Script(text, { filename: String(made++), cachedData }).cachedDataRejected === false
}

void t.test('caches count where bundles are loaded, and V8 is at rest behind it', async (t) => {
  const text = unseen()
  const cache = underCacheFlags(() => new Script(text, { filename: 'a' }).createCachedData())
  t.equal(accepts(text, cache), false, 'other flags are on')
  t.equal(
    underCacheFlags(() => accepts(text, cache)),
    true,
  )
  t.equal(
    underCacheFlags(() => accepts(source, cacheOfRuntime)),
    true,
    'they are the flags that the runtime began with',
  )
})

void t.test('V8 is at rest also behind a bundle that fails', async (t) => {
  const text = unseen()
  const cache = underCacheFlags(() => new Script(text, { filename: 'b' }).createCachedData())
  t.throws(() =>
    underCacheFlags(() => {
      throw new Error('This bundle is damaged.')
    }),
  )
  t.equal(accepts(text, cache), false)
})

void t.test('a program at rest optimises nothing, however often it runs', async (t) => {
  underCacheFlags(() => undefined)
  const work = new Script('(function (count) { let sum = 0; for (let i = 0; i < count; i++) sum += i; return sum })')
  const add = work.runInThisContext() as (count: number) => number
  for (let round = 0; round < 500; round++) add(1_000)
  const { setFlagsFromString } = await import('node:v8')
  setFlagsFromString('--allow-natives-syntax')
  const status = new Script('(function (f) { return %GetOptimizationStatus(f) })').runInThisContext() as (
    f: unknown,
  ) => number
  const isMaglevOrTurbofan = (1 << 5) | (1 << 6)
  t.equal(status(add) & isMaglevOrTurbofan, 0)
})
