// Debian builds Node without what takes the types out of TypeScript. On a board that runs it the files are stripped already,
// under the names that they have (stripped-sources.ts): Node only has to be told that they are JavaScript.
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'

registerHooks({
  load(url, context, nextLoad) {
    if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context)
    return { format: 'module', source: readFileSync(fileURLToPath(url)), shortCircuit: true }
  },
})
