/** State of the page: the newest data from the device, and the functions that are called when this data changes. */

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
  /** Kind of connection to the device. "closed" means that the device shows figures only after a sign-in. */
  connection: /** @type {"waiting" | "live" | "polling" | "lost" | "closed"} */ ("waiting"),
  /** Time (performance.now()) at which the newest telegram's figures arrived; null before the first telegram. */
  readingAt: /** @type {number | null} */ (null),
};

/** @type {Set<() => void>} */
const watchers = new Set();

/**
 * Call `watcher` at each change of the state. Return a function that ends these calls.
 * @param {() => void} watcher
 */
export function watch(watcher) {
  watchers.add(watcher);
  return () => {
    watchers.delete(watcher);
  };
}

/**
 * True if the reading is from a telegram. The reading's time is null if the meter's clock is not set.
 * @param {Reading | null | undefined} reading
 * @returns {reading is Reading}
 */
export function isRead(reading) {
  return Boolean(reading && reading.meter_model !== null);
}

/** @param {Partial<typeof state>} changes */
export function update(changes) {
  const { reading } = changes;
  if (isRead(reading) && (!reading.time || reading.time !== state.reading?.time)) changes.readingAt = performance.now();
  Object.assign(state, changes);
  for (const watcher of [...watchers]) watcher();
}
