/** The lazy part behind `web_fetch` and `web_search`. */
export { fetchPage } from './fetch-page.ts'
export { searchWeb } from './search.ts'
