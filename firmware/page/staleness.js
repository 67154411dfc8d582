/** Age of the figures on the page, and the reason why the figures are old. */

import { state } from "./state.js";

const STALE_S = 10;

/** Return the age in seconds of the newest telegram's figures; null before the first telegram. */
export function ageS() {
  if (state.readingAt === null) return null;
  return Math.floor((performance.now() - state.readingAt) / 1000);
}

/**
 * Return the reason why the figures are old; null if the figures are current.
 * @returns {"waiting" | "closed" | "lost" | "silent" | null}
 */
export function staleness() {
  if (state.connection === "closed" || state.connection === "lost") return state.connection;
  if (state.readingAt === null) return state.status && state.status.uptime_s > STALE_S ? "silent" : "waiting";
  return /** @type {number} */ (ageS()) > STALE_S ? "silent" : null;
}
