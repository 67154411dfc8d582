/** The newest of everything that the device tells, and who wants to know when it changes. */

/** @typedef {import("./api_types.js").Reading} Reading */
/** @typedef {import("./api_types.js").Quarter} Quarter */
/** @typedef {import("./api_types.js").Peaks} Peaks */
/** @typedef {import("./api_types.js").Device} Device */

export const state = {
  /** @type {Reading | null} */
  reading: null,
  /** @type {Quarter | null} */
  quarter: null,
  /** @type {Peaks | null} */
  peaks: null,
  /** @type {Device | null} */
  status: null,
  /** How figures come: "closed" is a device that wants a sign-in first. */
  connection: /** @type {"waiting" | "live" | "polling" | "lost" | "closed"} */ ("waiting"),
  /** When a telegram's figures came last, by performance.now(); null before the first. */
  readingAt: /** @type {number | null} */ (null),
};

/** @type {Set<() => void>} */
const watchers = new Set();

/**
 * Call `watcher` at each change, until the function that this gives is called.
 * @param {() => void} watcher
 */
export function watch(watcher) {
  watchers.add(watcher);
  return () => {
    watchers.delete(watcher);
  };
}

/** @param {Partial<typeof state>} changes */
export function update(changes) {
  const { reading } = changes;
  if (reading?.time && reading.time !== state.reading?.time) changes.readingAt = performance.now();
  Object.assign(state, changes);
  for (const watcher of [...watchers]) watcher();
}

const STALE_S = 10;

/** Seconds since the newest telegram, as far as this page and the device know. */
export function ageS() {
  if (state.readingAt === null) return null;
  return Math.floor((performance.now() - state.readingAt) / 1000);
}

/**
 * Why the figures shown are not those of this second; null when they are.
 * @returns {"waiting" | "closed" | "lost" | "silent" | null}
 */
export function staleness() {
  if (state.connection === "closed" || state.connection === "lost") return state.connection;
  if (state.readingAt === null) return state.status && state.status.uptime_s > STALE_S ? "silent" : "waiting";
  return /** @type {number} */ (ageS()) > STALE_S ? "silent" : null;
}
