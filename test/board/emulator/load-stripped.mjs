// Debian builds Node without what takes the types out of TypeScript. On a board that runs it the files are stripped already,
// under the names that they have (stripped-sources.ts): Node only has to be told that they are JavaScript.
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = pathToFileURL(join(import.meta.dirname, '../../../'))
/** first-process.sh laid links over the checkout: where they lead, a file would not find the packages that it imports. */
const linked = /^file:\/\/\/mnt\/dist\/native\/\w+\//

registerHooks({
  resolve(specifier, context, nextResolve) {
    const found = nextResolve(specifier, context)
    return { ...found, url: found.url.replace(linked, root.href) }
  },
  load(url, context, nextLoad) {
    if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context)
    return { format: 'module', source: readFileSync(fileURLToPath(url)), shortCircuit: true }
  },
})
