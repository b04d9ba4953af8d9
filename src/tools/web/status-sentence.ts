/** What a status says, in our words: those of the server are no one's. */
export function statusSentence(host: string, status: number): string {
  return `${host} answered ${status}: ${meaningOf(status)}.`
}

function meaningOf(status: number): string {
  switch (status) {
    case 401:
    case 407:
      return 'it wants a login, and Pincer has none. Try another page'
    case 403:
      return 'it does not let us read this. Try another page'
    case 404:
      return 'there is no such page. Check the address, or search for it'
    case 410:
      return 'the page is gone for good. Look for another'
    case 429:
      return 'it has had too many requests. Wait before the next'
    case 451:
      return 'it may not show this page here. Look for another'
    default:
      if (status >= 500) return 'it has trouble of its own. Try again later'
      if (status >= 400) return 'it does not take this request. Check the address'
      return 'that is no page. Check the address'
  }
}
