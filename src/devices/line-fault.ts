import { sentenceOf } from '../errors.ts'

/** Why a line cannot be used: the port's own sentence, with the configuration's name of the line where it has another. */
export function describeLineFault(line: string, error: unknown): string {
  const sentence = sentenceOf(error)
  return sentence.includes(line) ? sentence : `${line}: ${sentence}`
}

/** What other programs see as the holder of our lines; the kernel keeps 31 bytes. */
export function consumerOf(device: string): string {
  return `pincer:${device}`.slice(0, 31)
}
