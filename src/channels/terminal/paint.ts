/** How the terminal may be written to. */
export interface Paint {
  /** False on TERM=dumb: then nothing is erased or redrawn either. */
  readonly movesCursor: boolean
  prompt(text: string): string
  quiet(text: string): string
  warning(text: string): string
}

/** Colour only on a terminal that is not dumb, and never against NO_COLOR (https://no-color.org: any non-empty value). */
export function choosePaint(environment: Readonly<Record<string, string | undefined>>): Paint {
  const movesCursor = environment['TERM'] !== 'dumb'
  const coloured = movesCursor && (environment['NO_COLOR'] ?? '') === ''
  const painted =
    (code: number) =>
    (text: string): string =>
      coloured ? `\x1b[${code}m${text}\x1b[0m` : text
  return { movesCursor, prompt: painted(36), quiet: painted(2), warning: painted(33) }
}
