import { NotWhole } from './attachment.ts'
import { loadBundle } from './bundle-loader.ts'

try {
  loadBundle('pincer')
} catch (error) {
  if (!(error instanceof NotWhole)) throw error
  process.stderr.write(`pincer: ${error.message}\n`)
  process.exitCode = 1
}
