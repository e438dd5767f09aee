/**
 * Cursor paging in both directions. The service returns only the cursor of the next page, so the cursors of visited pages
 * are kept in the browser's history entry. A shared link has none; from there, `newer` leads to the first page.
 */
export interface PageCursor {
  /** The cursor of this page; absent on the first page. */
  cursor?: string;
  /** The cursors of the pages before it, first page first; the first page is the empty string. */
  trail: readonly string[];
}

export function older(page: PageCursor, next: string): PageCursor {
  return { cursor: next, trail: [...page.trail, page.cursor ?? ""] };
}

export function newer(page: PageCursor): PageCursor {
  const before = page.trail.at(-1);
  return { cursor: before || undefined, trail: page.trail.slice(0, -1) };
}

export function first(): PageCursor {
  return { cursor: undefined, trail: [] };
}

/** The number of this page, from 1; null if it was opened from a link. */
export function pageNumber(page: PageCursor): number | null {
  if (page.cursor === undefined) return 1;
  return page.trail[0] === "" ? page.trail.length + 1 : null;
}
