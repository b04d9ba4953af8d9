/** Log lines for journald or a terminal: one line each, secrets removed. The only place that writes to stderr. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

export interface Log {
  debug(room: string, sentence: string): void
  info(room: string, sentence: string): void
  warn(room: string, sentence: string): void
  error(room: string, sentence: string): void
}

/** Removes secrets from any text that leaves the process or reaches the disk. */
export type Redact = (text: string) => string

const order: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

/** `write` takes one finished line without its newline. */
export function createLog(options: {
  readonly level: LogLevel
  readonly redact: Redact
  readonly write: (line: string) => void
}): Log {
  const least = order.indexOf(options.level)
  const put =
    (level: LogLevel) =>
    (room: string, sentence: string): void => {
      if (order.indexOf(level) < least) return
      // A line break inside a sentence could forge a line of its own, an escape sequence could hide one.
      const line = options.redact(`${level} ${room}: ${sentence}`)
      options.write(line.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' '))
    }
  return { debug: put('debug'), info: put('info'), warn: put('warn'), error: put('error') }
}
