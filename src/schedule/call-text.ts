import type { JobCall } from './job.ts'

/** A call of a job as people say it: `lamp on for 10m`. What people have no words for stands as it is called. */
export function callText({ tool, args }: JobCall): string {
  const name = wordOf(args['name'])
  switch (tool) {
    case 'device_set': {
      const { value, for: duration } = args
      const state = typeof value === 'number' ? `${value}%` : wordOf(value)
      return duration === undefined ? `${name} ${state}` : `${name} ${state} for ${wordOf(duration)}`
    }
    case 'device_read':
      return `read ${args['name'] === undefined ? 'all devices' : name}`
    case 'read_file':
    case 'write_file':
    case 'edit_file':
    case 'append_file':
      // What is written would hide where.
      return `${tool.replace('_', ' ')} ${wordOf(args['path'])}`
    default:
      return [tool, ...Object.values(args).map(wordOf)].join(' ')
  }
}

function wordOf(value: unknown): string {
  if (typeof value === 'string') return value
  return value === undefined ? '' : JSON.stringify(value)
}
