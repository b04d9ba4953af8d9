import { statSync } from 'node:fs'
import { join } from 'node:path'
import { makeDistribution } from './distribution.ts'

const root = join(import.meta.dirname, '..')
const made = await makeDistribution(root, join(root, 'dist'))
const kilobytes = made.bundles.map((name) => {
  const sizeBytes = statSync(join(made.folder, `${name}.cjs`)).size
  return `${name} ${(sizeBytes / 1000).toFixed(1)} kB`
})
const addons = made.addons.length === 0 ? ' Without real pins: `npm run native` compiles what they need.' : ''
process.stdout.write(`Built dist/pincer ${made.version}: ${kilobytes.join(', ')}.${addons}\n`)
