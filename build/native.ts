import { join } from 'node:path'
import { buildAddons, compilerMissing } from './addons.ts'

/**
 * `npm run native`: compiles what Node cannot do, our own addon and those of i2c-bus and spi-device, into dist/native/.
 * What is built already is not built again. With `--if-compiler`, as `npm test` calls it, a machine without a compiler is
 * no failure.
 */
const root = join(import.meta.dirname, '..')
const missing = compilerMissing()
if (missing === undefined) {
  const { built, kept } = await buildAddons(root, join(root, 'dist/native'))
  const names = (list: readonly string[]): string => (list.length === 0 ? 'none' : list.join(', '))
  process.stdout.write(`Addons in dist/native: built ${names(built)}, unchanged ${names(kept)}.\n`)
} else {
  const isOptional = process.argv.includes('--if-compiler')
  process.stderr.write(`${missing}\n`)
  process.exitCode = isOptional ? 0 : 1
}
