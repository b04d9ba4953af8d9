import { limits } from '../../limits.ts'

/** Of each request to the web. */
export const deadlines = {
  connectMs: limits.webConnectMs,
  firstByteMs: limits.webFirstByteMs,
  gapMs: limits.webGapMs,
} as const
