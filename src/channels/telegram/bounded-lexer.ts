import { Lexer, type Token, type TokensList } from 'marked'
import { limits } from '../../limits.ts'

/**
 * The Markdown of a model is a stranger's: ten thousand quotes inside each other end the parser's stack, and a paragraph
 * of one long word costs the square of its length. What goes beyond the bounds is text.
 */
class BoundedLexer extends Lexer {
  #depth = 0

  override blockTokens(source: string, tokens?: Token[], lastParagraphClipped?: boolean): Token[]
  override blockTokens(source: string, tokens?: TokensList, lastParagraphClipped?: boolean): TokensList
  override blockTokens(source: string, tokens: Token[] = [], lastParagraphClipped?: boolean): Token[] {
    return this.#bounded(source, tokens, limits.telegramMarkdownCharsMax, () =>
      super.blockTokens(source, tokens, lastParagraphClipped),
    )
  }

  override inlineTokens(source: string, tokens: Token[] = []): Token[] {
    return this.#bounded(source, tokens, limits.telegramParagraphCharsMax, () => super.inlineTokens(source, tokens))
  }

  #bounded(source: string, tokens: Token[], charsMax: number, lex: () => Token[]): Token[] {
    if (source.length > charsMax || this.#depth >= limits.telegramNestingMax) {
      tokens.push({ type: 'text', raw: source, text: source })
      return tokens
    }
    this.#depth++
    try {
      return lex()
    } finally {
      this.#depth--
    }
  }
}

/** The block tokens of a text, each with its inline tokens. */
export function markdownTokens(markdown: string): readonly Token[] {
  return new BoundedLexer().lex(markdown)
}
