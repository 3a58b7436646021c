/** The items of all pages of a list. `fetch` gets the cursor of the page before, or nothing for the first. */
export async function allPages<Page extends { cursor?: string }, Item>(
  fetch: (from: { cursor?: string }) => Promise<Page>, itemsOf: (page: Page) => Item[],
): Promise<Item[]> {
  const all: Item[] = []
  let cursor: string | undefined
  do {
    const page = await fetch(cursor ? { cursor } : {})
    all.push(...itemsOf(page))
    cursor = page.cursor
  } while (cursor)
  return all
}
