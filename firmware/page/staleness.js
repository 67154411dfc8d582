/** Age of the figures on the page, and the reason why they are old. */

import { state } from "./state.js";

const STALE_S = 10;

/** Return the seconds since the newest telegram's figures arrived; null before the first. */
export function ageS() {
  if (state.readingAt === null) return null;
  return Math.floor((performance.now() - state.readingAt) / 1000);
}

/**
 * Return why the figures are old; null if they are not.
 * @returns {"waiting" | "closed" | "lost" | "silent" | null}
 */
export function staleness() {
  if (state.connection === "closed" || state.connection === "lost") return state.connection;
  if (state.readingAt === null) return state.status && state.status.uptime_s > STALE_S ? "silent" : "waiting";
  return /** @type {number} */ (ageS()) > STALE_S ? "silent" : null;
}
