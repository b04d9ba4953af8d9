import { isPincerError } from '../src/errors.ts'
import { loadBundle } from './bundle-loader.ts'

try {
  loadBundle('pincer')
} catch (error) {
  if (!isPincerError(error)) throw error
  process.stderr.write(`pincer: ${error.message}\n`)
  process.exitCode = 1
}
