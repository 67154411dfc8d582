/** The running quarter in slots of 5 s: what the device has of it, and each second since. */

import { askJson } from "./device.js";
import { state, watch } from "./state.js";

export const SLOT_S = 5;
export const SLOTS = 180;

/** Means of import and of export in W, null where nothing came; `id` is the quarter's. */
export const samples = {
  id: /** @type {number | null} */ (null),
  imported: /** @type {(number | null)[]} */ ([]),
  exported: /** @type {(number | null)[]} */ ([]),
};

let slot = -1;
/** @type {[number, number]} */
let sums = [0, 0];
let count = 0;

/** Take over what the device has, where it belongs to the quarter that runs. Without it the chart begins now. */
export async function seedSamples() {
  /** @type {import("./contract.js").StoredQuarter} */
  let stored;
  try {
    stored = await askJson("/current/quarter");
  } catch {
    return;
  }
  if (stored.quarter_id !== state.quarter?.id) return;
  begin(stored.quarter_id);
  stored.consumed_power_interval_avgs.forEach((value, at) => (samples.imported[at] = value));
  stored.produced_power_interval_avgs.forEach((value, at) => (samples.exported[at] = value && -value));
}

/** @param {number} id */
function begin(id) {
  if (samples.id === id) return;
  samples.id = id;
  samples.imported = Array(SLOTS).fill(null);
  samples.exported = Array(SLOTS).fill(null);
  slot = -1;
}

/** @type {string | null} */
let taken = null;

// A reading comes before its quarter: both are there when the quarter's event has been taken.
watch(() => {
  const { quarter, reading } = state;
  if (!quarter || quarter.id === null || quarter.elapsed_s === null || !reading?.time || reading.time === taken) return;
  if (quarter.start && Date.parse(reading.time) - Date.parse(quarter.start) !== quarter.elapsed_s * 1000) return;
  taken = reading.time;
  begin(quarter.id);
  const now = Math.floor(quarter.elapsed_s / SLOT_S);
  if (now !== slot) {
    slot = now;
    sums = [0, 0];
    count = 0;
  }
  count++;
  sums[0] += reading.power_import_w ?? 0;
  sums[1] += reading.power_export_w ?? 0;
  samples.imported[slot] = Math.round(sums[0] / count);
  samples.exported[slot] = Math.round(sums[1] / count);
});
