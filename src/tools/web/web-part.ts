/**
 * The lazy part behind `web_fetch` and `web_search`. What may be reached is in it too: its networks alone take longer to
 * read than most of a start.
 */
export { WebReach } from '../../guard/web-reach.ts'
export { fetchPage } from './fetch-page.ts'
export { searchWeb } from './search.ts'
