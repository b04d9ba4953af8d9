import type { ErrorCode } from 'yaml'

interface Description {
  readonly found: string
  readonly expected: string
  readonly fix?: string
  /** The parser complains where the closing sign is missed; people look for the opening one. */
  readonly unclosed?: boolean
}

/** What the parser says, in words for people. `character` is what stands at the place it complains about. */
export function describeYamlError(code: ErrorCode, message: string, character: string): Description {
  switch (code) {
    case 'TAB_AS_INDENT':
      return { found: 'a tab in the indentation', expected: 'spaces' }
    case 'BAD_INDENT':
      return /end with a/.test(message)
        ? openBracket
        : {
            found: 'an indentation that fits no line above',
            expected: 'the same number of spaces before all keys of one mapping',
          }
    case 'MISSING_CHAR':
      return describeMissing(message)
    case 'MULTIPLE_DOCS':
      return { found: 'a second document (`---`)', expected: 'one document' }
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'BLOCK_IN_FLOW':
      return {
        found: 'a mapping or list inside a value',
        expected: 'one `key: value` on a line',
        fix: 'Check the indentation of the next line; a value with `: ` in it needs quotes.',
      }
    case 'MULTILINE_IMPLICIT_KEY':
    case 'KEY_OVER_1024_CHARS':
      return {
        found: 'a line without a key',
        expected: '`key: value`',
        fix: 'Is the colon there, with a space behind it?',
      }
    case 'BAD_SCALAR_START':
      return { found: `a value that starts with ${character}`, expected: 'quotes around it' }
    case 'BAD_DQ_ESCAPE':
      return {
        found: 'a backslash that YAML does not know in double quotes',
        expected: 'a known escape',
        fix: "Use 'single quotes' for text with backslashes.",
      }
    case 'ALIAS_PROPS':
    case 'BAD_ALIAS':
    case 'MULTIPLE_ANCHORS':
      return {
        found: 'an anchor (&) or alias (*) that YAML does not take',
        expected: 'a name behind & or *, once',
        fix: 'A value that starts with & or * needs quotes.',
      }
    case 'BAD_COLLECTION_TYPE':
    case 'BAD_PROP_ORDER':
    case 'MULTIPLE_TAGS':
    case 'TAG_RESOLVE_FAILED':
      return {
        found: 'a tag (a word that starts with !)',
        expected: 'a plain value',
        fix: 'A value that starts with ! needs quotes.',
      }
    case 'BAD_DIRECTIVE':
      return { found: 'a directive (a line that starts with %)', expected: 'none' }
    case 'NON_STRING_KEY':
      return { found: 'a key that is not a word', expected: '`key: value`' }
    case 'RESOURCE_EXHAUSTION':
      return { found: 'more nesting or aliases than the parser takes', expected: 'a plainer file' }
    case 'DUPLICATE_KEY':
    case 'IMPOSSIBLE':
    case 'UNEXPECTED_TOKEN':
      return describeUnexpected(message, character)
  }
}

const openBracket: Description = {
  found: 'a { or [ that is not closed',
  expected: 'the closing bracket, indented at least as far as its key',
  unclosed: true,
}

function describeMissing(message: string): Description {
  if (/closing .quote/.test(message))
    return { found: 'a quote that is not closed', expected: 'the closing quote', unclosed: true }
  if (/Missing , /.test(message))
    return { found: 'two entries side by side', expected: 'a comma between the entries of { } and [ ]' }
  if (/space after :/.test(message))
    return { found: 'a colon with nothing behind it', expected: 'a space after the colon' }
  if (/end with a/.test(message)) return openBracket
  if (/map values/.test(message)) return { found: 'a line without a colon', expected: '`key: value`' }
  if (/Comments must/.test(message)) return { found: 'a # right behind a value', expected: 'a space before a comment' }
  return { found: 'something that is not YAML', expected: '`key: value`' }
}

function describeUnexpected(message: string, character: string): Description {
  if (/node end/.test(message)) {
    return {
      found: 'more text behind a finished value',
      expected: 'the end of the line',
      fix: 'Quote the whole value, or end it.',
    }
  }
  const found = /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character) ? `"${character}"` : 'something'
  return { found: `${found} where YAML does not take it`, expected: '`key: value`' }
}
