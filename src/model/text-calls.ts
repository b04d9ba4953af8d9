import { isJsonObject, parseJson, textIn } from './json-value.ts'

export interface CallInText {
  readonly name: string
  readonly arguments: string
}

const open = '<tool_call>'
const close = '</tool_call>'
const fence = '```'

/**
 * Tool calls that a model wrote into its text, as small local models do: blocks of `<tool_call>{...}</tool_call>` at
 * the end, or a reply that is one JSON object with name and arguments. Only what names an offered tool is a call, and
 * nothing that is quoted: what stands in a code block or is followed by words stays text.
 */
export function callsInText(
  text: string,
  offered: ReadonlySet<string>,
): { readonly text: string; readonly calls: readonly CallInText[] } | undefined {
  const whole = callIn(unfenced(text), offered)
  if (whole !== undefined) return { text: '', calls: [whole] }
  const start = text.indexOf(open)
  if (start === -1 || text.slice(0, start).split(fence).length % 2 === 0) return undefined
  const calls: CallInText[] = []
  for (let rest = text.slice(start).trim(); rest !== '';) {
    if (!rest.startsWith(open)) return undefined
    // Some models stop before they close the last block.
    const end = rest.includes(close) ? rest.indexOf(close) : rest.length
    const call = callIn(rest.slice(open.length, end), offered)
    if (call === undefined) return undefined
    calls.push(call)
    rest = rest.slice(end + close.length).trim()
  }
  return { text: text.slice(0, start).trim(), calls }
}

function callIn(json: string, offered: ReadonlySet<string>): CallInText | undefined {
  const value = parseJson(json)
  if (!isJsonObject(value)) return undefined
  const name = textIn(value['name'])
  const given = value['arguments'] ?? value['parameters']
  if (name === undefined || !offered.has(name)) return undefined
  if (typeof given === 'string') return { name, arguments: given }
  return isJsonObject(given) ? { name, arguments: JSON.stringify(given) } : undefined
}

function unfenced(text: string): string {
  const trimmed = text.trim()
  if (!trimmed.startsWith(fence) || !trimmed.endsWith(fence)) return trimmed
  return trimmed.slice(fence.length, -fence.length).replace(/^json\b/, '')
}
