import type { Config } from './config.ts'
import type { Fault, Note } from './faults.ts'
import type { ConfigFile, LoadedConfig } from './load.ts'

/** What `pincer check` prints: one line for each fault, then each note, then one line that sums up. */
export function formatCheck(loaded: LoadedConfig): string {
  const notes = loaded.notes.map(formatNote)
  switch (loaded.status) {
    case 'faulty': {
      const sum = `${count(loaded.faults.length, 'fault')}${andNotes(loaded.notes)}: Pincer does not start with this configuration.`
      return [...loaded.faults.map(formatFault), ...notes, sum].join('\n')
    }
    case 'ok':
      return [...notes, summary(loaded.config, loaded.file, loaded.notes)].join('\n')
  }
}

/** `pincer.yaml:7 devices.lamp.maxOn: found "2 hours", expected a duration such as 90s, 10m, 2h or 1d. Write 2h.` */
export function formatFault({ file, line, path, found, expected, fix }: Fault): string {
  return visible(
    `${place(file, line, path)}: found ${found}, expected ${expected}.${fix === undefined ? '' : ` ${fix}`}`,
  )
}

export function formatNote({ file, line, path, sentence }: Note): string {
  return visible(`${place(file, line, path)}: ${sentence}`)
}

/** One line without anything that a screen does not show: such characters are often what is wrong. */
function visible(sentence: string): string {
  return sentence.replaceAll(
    /(?! )[\p{C}\p{Z}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  )
}

function place(file: string, line: number, path: string): string {
  return `${file}${line === 0 ? '' : `:${line}`}${path === '' ? '' : ` ${path}`}`
}

function summary(config: Config, file: ConfigFile, notes: readonly Note[]): string {
  const devices = Object.keys(config.devices).length
  const what = `board ${config.board}, ${count(devices, 'device')}, model ${config.models.join(', then ')}.`
  if (!file.isThere) return `There is no ${file.path}, so the defaults apply: ${what}`
  const blocking = notes.filter(({ blocks }) => blocks).length
  if (blocking === 0) return `pincer.yaml is valid: ${what}`
  const refusal = `run and chat refuse to start: see ${blocking === 1 ? 'the note' : 'the notes'} above.`
  return `pincer.yaml is valid: ${what} ${refusal}`
}

function andNotes(notes: readonly Note[]): string {
  return notes.length === 0 ? '' : ` and ${count(notes.length, 'note')}`
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`
}
