/** The first unassigned number of the range reserved for fiction (555-0100 to 555-0199); 555-0100 is the default
 * agent's. */
export function freeNumber(taken: readonly string[]): string | null {
  for (let line = 101; line < 200; line++) {
    const number = `+15045550${line}`;
    if (!taken.includes(number)) return number;
  }
  return null;
}
