/** At most `charsMax` characters: of a longer text its beginning, with an ellipsis as the last of them. */
export function shortened(text: string, charsMax: number): string {
  return text.length > charsMax ? `${text.slice(0, charsMax - 1).toWellFormed()}…` : text
}

/** The same on one line: each run of white space is one blank. */
export function shortLine(text: string, charsMax: number): string {
  return shortened(text.replaceAll(/\s+/g, ' ').trim(), charsMax)
}
