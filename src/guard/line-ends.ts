/** A text that goes into a file, with that file's line ends: \r\n where every line of it ends so, else as it is. */
export function withLineEndsOf(file: string, text: string): string {
  const isDos = file.includes('\r\n') && !/(?<!\r)\n/.test(file)
  return isDos ? text.replaceAll(/\r?\n/g, '\r\n') : text
}
