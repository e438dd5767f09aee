/**
 * Pages by cursor, both ways. The service tells where the next page begins, and nothing about the one before: the cursors
 * of the pages that were passed are kept with the browser's history entry. A link that somebody was sent has none; from
 * there the way back leads to the first page.
 */
export interface Place {
  /** Where this page begins; absent: the first page. */
  cursor?: string;
  /** Where the pages before it began, the first page first; the first page is the empty text. */
  trail: readonly string[];
}

export function older(place: Place, next: string): Place {
  return { cursor: next, trail: [...place.trail, place.cursor ?? ""] };
}

export function newer(place: Place): Place {
  const before = place.trail.at(-1);
  return { cursor: before || undefined, trail: place.trail.slice(0, -1) };
}

export function first(): Place {
  return { cursor: undefined, trail: [] };
}

/** The number of this page, from 1; null when it was reached by a link. */
export function pageNumber(place: Place): number | null {
  if (place.cursor === undefined) return 1;
  return place.trail[0] === "" ? place.trail.length + 1 : null;
}
