/**
 * The words of the grammar. A word that stands neither here nor in a device's name or quantity is not understood, and a
 * message with such a word is never acted on.
 */
export const switchVerbs: readonly string[] = ['turn', 'switch', 'put']
/** Only with a percentage: how bright `dim the lamp` alone would be, nobody can tell. */
export const levelVerbs: readonly string[] = ['dim']
export const percentWords: readonly string[] = ['%', 'percent']
export const stateAdjectives: readonly string[] = ['on', 'off', 'open', 'closed', 'shut', 'pressed', 'released']
export const readVerbs: readonly string[] = ['read', 'show', 'check', 'get', 'measure', 'tell', 'give']
export const allWords: readonly string[] = ['all', 'everything']
export const allNouns: readonly string[] = ['devices', 'sensors', 'outputs']
export const articles: readonly string[] = ['the', 'a', 'an', 'my']
export const prepositions: readonly string[] = ['of', 'in', 'at', 'from', 'inside']
export const politeWords: readonly string[] = ['please', 'pls', 'kindly']
/** Left out at the start and the end of a sentence; alone they are a greeting. */
export const greetings: readonly string[] = [
  'hello',
  'hi',
  'hey',
  'good',
  'morning',
  'evening',
  'afternoon',
  'day',
  'ok',
  'okay',
  'pincer',
  'thanks',
  'thank',
  'you',
  'very',
  'much',
  'there',
]
export const scales: readonly string[] = ['celsius']

/** `how warm is it`: which quantity the adjective asks for. */
export const adjectiveQuantities: ReadonlyMap<string, string> = new Map([
  ['warm', 'temperature'],
  ['hot', 'temperature'],
  ['cold', 'temperature'],
  ['cool', 'temperature'],
  ['humid', 'humidity'],
])

/** Known by name even where no device has them, so that the answer can say so. */
export const commonQuantities: readonly string[] = ['temperature', 'humidity', 'pressure', 'state']
export const quantitySynonyms: ReadonlyMap<string, string> = new Map([
  ['temp', 'temperature'],
  ['status', 'state'],
])

const second = 1_000
const minute = 60_000
const hour = 3_600_000
const day = 86_400_000
export const unitMs: ReadonlyMap<string, number> = new Map([
  ...['s', 'sec', 'secs', 'second', 'seconds'].map((word) => [word, second] as const),
  ...['m', 'min', 'mins', 'minute', 'minutes'].map((word) => [word, minute] as const),
  ...['h', 'hr', 'hrs', 'hour', 'hours'].map((word) => [word, hour] as const),
  ...['d', 'day', 'days'].map((word) => [word, day] as const),
])

const small = (
  'one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen ' +
  'eighteen nineteen'
).split(' ')
export const numberWords: ReadonlyMap<string, number> = new Map(small.map((word, index) => [word, index + 1]))
export const tensWords: ReadonlyMap<string, number> = new Map([
  ['twenty', 20],
  ['thirty', 30],
  ['forty', 40],
  ['fifty', 50],
  ['sixty', 60],
])

const grammarWords: ReadonlySet<string> = new Set(
  [
    [
      switchVerbs,
      levelVerbs,
      percentWords,
      stateAdjectives,
      readVerbs,
      allWords,
      allNouns,
      articles,
      prepositions,
    ].flat(),
    [politeWords, greetings, scales].flat(),
    [adjectiveQuantities, unitMs, numberWords, tensWords].flatMap((words) => Array.from(words.keys())),
    ['set', 'to', 'toggle', 'for', 'half', 'and', 'then', 'or', ',', 'me', 'now', "'s"],
    ['what', 'how', 'is', 'are', 'it', 'many', 'degrees'],
  ].flat(),
)

export function isGrammarWord(word: string): boolean {
  return grammarWords.has(word) || /^\d+[a-z]*$/.test(word)
}

/** Words that turn a sentence round: what they stand beside is offered as a reading, never as an action. */
export function isNegation(word: string): boolean {
  return /^(?:not|never|no|none|nothing|cannot|without|stop|avoid|except|but|unless|until)$|n['’]?t$/.test(word)
}
