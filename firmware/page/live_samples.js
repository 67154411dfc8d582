/** Samples of the running quarter. The page loads the samples that the device has, and then adds each new reading. */

import { getJson } from "./api.js";
import { QuarterSamples } from "./quarter_samples.js";
import { state, watch } from "./state.js";

export { SAMPLE_S, SAMPLES_PER_QUARTER } from "./quarter_samples.js";

export const samples = new QuarterSamples();

/** Load the device's samples of the running quarter. If the request fails, the chart begins with the next reading. */
export async function seedSamples() {
  /** @type {import("./api_types.js").StoredQuarter} */
  let stored;
  try {
    stored = await getJson("/current/quarter");
  } catch {
    return;
  }
  if (stored.quarter_id !== state.quarter?.id) return;
  const exported = stored.produced_power_interval_avgs.map((value) => value && -value);
  samples.seed(stored.quarter_id, stored.consumed_power_interval_avgs, exported);
}

/** @type {string | null} */
let lastTime = null;

// Add a reading only if state.quarter is from the same telegram. The device sends the reading of a telegram before the
// quarter of this telegram. For a moment, state.quarter is therefore from an older telegram. If reading and quarter are
// from the same telegram, the reading's time is the quarter's start plus `elapsed_s`.
watch(() => {
  const { quarter, reading } = state;
  if (!quarter || quarter.id === null || quarter.elapsed_s === null) return;
  if (!reading?.time || reading.time === lastTime) return;
  if (quarter.start && Date.parse(reading.time) - Date.parse(quarter.start) !== quarter.elapsed_s * 1000) return;
  lastTime = reading.time;
  samples.add(quarter.id, quarter.elapsed_s, reading.power_import_w ?? 0, reading.power_export_w ?? 0);
});
