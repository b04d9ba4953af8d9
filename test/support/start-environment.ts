import { join } from 'node:path'

/**
 * The environment of programs that tests start from source files: what one of them has compiled, the next ones take as
 * long as the files are the same, in half the time.
 */
export const startEnvironment = {
  TZ: 'UTC',
  NODE_COMPILE_CACHE: join(import.meta.dirname, '../../.tap/compile-cache'),
} as const
