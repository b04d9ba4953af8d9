import type { Config } from '../../src/config/config.ts'
import { limits } from '../../src/limits.ts'

/** A configuration without devices: nothing but messages, turns and tools. */
export const witnessedConfig: Config = {
  models: ['offline'],
  providers: {},
  channels: {},
  board: 'simulated',
  devices: {},
  hardware: { raw: 'off' },
  shell: { policy: 'off', isAskedFor: true, allow: [], deny: [], network: false, timeoutMs: 60_000 },
  web: { allowPrivate: [], search: 'off' },
  heartbeatMs: undefined,
  limits: { iterations: limits.turnIterationsMax, tokensPerDay: 500_000, actsPerHour: 120 },
  timezone: 'UTC',
  units: 'metric',
}
