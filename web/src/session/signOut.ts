import { ApiProblem } from "../api/problem";

/**
 * Ends the session. `leave` forgets it in the page, and only once it is over: a page that shows nobody while the cookie still
 * opens it would leave a shared computer open. Throws where the session goes on.
 */
export async function endSession(logout: () => Promise<unknown>, leave: () => void): Promise<void> {
  try {
    await logout();
  } catch (error) {
    // Over already: ended elsewhere, or by its age.
    if (!(error instanceof ApiProblem && error.status === 401)) throw error;
  }
  leave();
}
