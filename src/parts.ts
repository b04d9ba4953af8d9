/**
 * What is not always needed is a part: a bundle of its own, read and compiled on first use.
 * To add one, add its line here. The build makes a bundle of every file that is imported dynamically, and the same line
 * then loads that bundle (build/bundle-loader.ts), so a part must not count on sharing module state with the main bundle.
 */
const parts = {
  yaml: () => import('./config/yaml-file.ts'),
  shell: () => import('./tools/shell.ts'),
  sensors: () => import('./devices/sensors.ts'),
  linux: () => import('./hardware/linux/linux-hardware.ts'),
  simulator: () => import('./hardware/simulator/simulator.ts'),
  safeState: () => import('./devices/safe-state.ts'),
  commands: () => import('./commands-part.ts'),
  boardPicture: () => import('./board-picture.ts'),
  terminal: () => import('./channels/terminal/interactive.ts'),
  approvals: () => import('./guard/approvals.ts'),
  telegram: () => import('./channels/telegram/telegram-channel.ts'),
  markdown: () => import('./channels/telegram/markdown.ts'),
  openai: () => import('./model/openai/openai-model.ts'),
  offline: () => import('./model/offline/offline-part.ts'),
  anthropic: () => import('./model/anthropic/anthropic-model.ts'),
  jobs: () => import('./schedule/jobs-part.ts'),
  jobTurn: () => import('./agent/job-turn.ts'),
  http: () => import('./http/undici-client.ts'),
  decoder: () => import('./http/body-decoder.ts'),
  web: () => import('./tools/web/web-part.ts'),
  calendar: () => import('./schedule/calendar.ts'),
  schedule: () => import('./schedule/scheduler.ts'),
  triggers: () => import('./schedule/triggers.ts'),
  heartbeat: () => import('./schedule/heartbeat.ts'),
  httpProxy: () => import('./http/proxied-client.ts'),
} as const

export type PartName = keyof typeof parts

type PartModules = { readonly [Name in PartName]: Awaited<ReturnType<(typeof parts)[Name]>> }

/** The exports of a part. Loaded once; later calls answer the same exports. */
export async function loadPart<Name extends PartName>(name: Name): Promise<PartModules[Name]> {
  const loaders: { readonly [Each in PartName]: () => Promise<PartModules[Each]> } = parts
  return loaders[name]()
}
