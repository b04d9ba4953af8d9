import { readFileSync, readlinkSync, statSync } from 'node:fs'
import { nearest } from '../nearest.ts'

const zoneFolder = '/usr/share/zoneinfo'

/** Area/City or UTC: what else lies in the zone folder (posix/, tzdata.zi) starts with a small letter. */
const zoneForm = /^[A-Z][A-Za-z0-9+_-]*(\/[A-Za-z0-9+_-]+){0,2}$/

/** Whether this is the name of a time zone that exists. */
export function isTimezone(name: string): boolean {
  if (name === 'UTC') return true
  if (!zoneForm.test(name)) return false
  // Asking Intl first would load its tables, megabytes of them, into a process that may never need a time zone.
  return (name.includes('/') && isFile(`${zoneFolder}/${name}`)) || intlKnows(name)
}

export function nearestTimezone(written: string): string | undefined {
  const zones = ['UTC', ...Intl.supportedValuesOf('timeZone')]
  const lower = written.toLowerCase()
  return zones.find((zone) => zone.toLowerCase().split('/').at(-1) === lower) ?? nearest(written, zones)
}

/** The host's time zone: `TZ`, /etc/timezone, the /etc/localtime link, else what Intl says. `etc` is that folder. */
export function hostTimezone(environmentZone: string | undefined, etc: string): string {
  const candidates = [
    () => environmentZone?.replace(/^:/, '').split('/zoneinfo/').at(-1),
    () => readFileSync(`${etc}/timezone`, 'utf8').trim(),
    () => readlinkSync(`${etc}/localtime`).split('/zoneinfo/').at(-1),
  ]
  for (const candidate of candidates) {
    try {
      const zone = candidate()
      if (zone !== undefined && isTimezone(zone)) return zone
    } catch {
      // Not every system has every one of these files.
    }
  }
  return new Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** America/Argentina is a folder. */
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

function intlKnows(name: string): boolean {
  try {
    Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
