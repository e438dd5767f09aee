import { ApiProblem } from "../api/problem";

/**
 * Ends the session, then calls `clear` to remove it from the page. Throws without calling `clear` if the logout failed: a
 * page that looks signed out while the cookie is still valid would leave a shared computer open.
 */
export async function endSession(logout: () => Promise<unknown>, clear: () => void): Promise<void> {
  try {
    await logout();
  } catch (error) {
    // A 401 means that the session has already ended or expired.
    if (!(error instanceof ApiProblem && error.status === 401)) throw error;
  }
  clear();
}
