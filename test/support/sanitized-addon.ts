import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import { compile, sanitizerFlags } from '../../build/addons.ts'
import { withoutAddon } from './built-addon.ts'

/** What must be in memory before anything else; the compiler says where it is. */
const library = (spawnSync('cc', ['-print-file-name=libasan.so'], { encoding: 'utf8' }).stdout ?? '').trim()

/** Why nothing can be watched here, in one line. */
export const withoutSanitizer: string | false =
  withoutAddon || (!fs.existsSync(library) && 'left out: the compiler has no address sanitizer')

/** Compiles the C files of a folder, ours if none is named, so that faults of memory are seen. */
export async function compileSanitized(target: string, sources?: string): Promise<void> {
  const ours = join(import.meta.dirname, '../../src/hardware/native')
  // A compiler that sees a fault at once would not let us show that the sanitizer does.
  await compile(sources ?? ours, target, sources === undefined ? sanitizerFlags : `${sanitizerFlags} -Wno-error`)
}

/**
 * The environment of a process that loads such an addon. It ends at the first fault, and at its end says what memory was
 * left behind. The runtime leaves some too: what is ours is told by its place in the source.
 */
export function sanitizerEnvironment(logPath?: string): Record<string, string> {
  const log = logPath === undefined ? '' : `:log_path=${logPath}`
  return { LD_PRELOAD: library, ASAN_OPTIONS: `detect_leaks=1${log}`, LSAN_OPTIONS: 'exitcode=0' }
}
