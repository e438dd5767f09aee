/**
 * What a search field has told, the latest last: the page comes to each of these a moment later, while more is typed. Pure.
 */
export type Told = readonly string[];

/** The field tells this. */
export function tells(told: Told, text: string): Told {
  return [...told, text.trim()];
}

/**
 * The page has come to a value. Null: it came from elsewhere (a link, the way back), and the field is to show it. Otherwise
 * the field told it, and must not lose what was typed since.
 */
export function cameTo(told: Told, value: string): Told | null {
  const at = told.indexOf(value.trim());
  return at < 0 ? null : told.slice(at);
}
