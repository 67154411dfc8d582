/**
 * Types of the API's documents, as docs/openapi.yaml describes them.
 *
 * @typedef {object} Quarter
 * @property {number | null} id
 * @property {string | null} start
 * @property {string | null} end
 * @property {number | null} elapsed_s
 * @property {number | null} demand_w
 * @property {number | null} projected_w
 * @property {number | null} target_w
 * @property {number | null} allowed_w
 * @property {number | null} headroom_w
 * @property {boolean} at_risk
 * @property {boolean} unavoidable
 *
 * @typedef {object} Peak
 * @property {string} month
 * @property {number} power_w
 * @property {string} start
 * @property {string} end
 * @property {string | null} file
 * @property {"meter" | "card"} source
 *
 * @typedef {{running: Peak | null, months: Peak[], billable_average_w: number | null}} Peaks
 *
 * @typedef {object} MBusMeter
 * @property {number} channel
 * @property {string} type
 * @property {string | null} id
 * @property {string | null} ean
 * @property {number | null} valve
 * @property {string} time
 * @property {number} value
 * @property {string} unit
 *
 * @typedef {Record<string, any> & {time: string | null, power_import_w: number | null, power_export_w: number | null,
 *   mbus: MBusMeter[]}} Reading
 *
 * @typedef {object} Device
 * @property {string} id
 * @property {string} name
 * @property {string} board
 * @property {string | null} name_taken_by
 * @property {string} firmware
 * @property {string} micropython
 * @property {number} uptime_s
 * @property {string} reset_cause
 * @property {string | null} crash
 * @property {{source: string | null, time: string | null, set: boolean | null}} clock
 * @property {{area: string | null, target_w: number | null, counted_from: string | null,
 *   warning_percent: number}} capacity
 * @property {{ssid: string, rssi_dbm: number, ip: string} | null} wifi
 * @property {{used_bytes: number, free_bytes: number, areas: number | null}} heap
 * @property {{free_bytes: number, largest_bytes: number, lowest_bytes: number} | null} system_memory
 * @property {{state: "ok" | "absent" | "failed", size_bytes: number | null, free_bytes: number | null,
 *   error: string | null, format: string | null, waiting_quarters: number, lost_quarters: number,
 *   nearly_full: boolean, changed_settings: string[] | null}} card
 * @property {{asks: Ask[], granted: Grant | null}} access
 * @property {{telegrams: number, crc_errors: number, overruns: number, age_ms: number | null}} p1
 * @property {{state: string, percent: number | null, error: string | null, board: string,
 *   waiting: {presses: number, digest: string} | null, keys: string[], build: number, floor: number}} update
 *
 * @typedef {"read" | "settings" | "owner"} Kind Kind of a token: what its program may do.
 *
 * @typedef {{name: string, kind: Kind | "update", digits: string, presses: number}} Ask An ask that waits for BOOT: for
 *   access, or for the installation of an update package.
 *
 * @typedef {{what: "token" | "session" | "password", name: string, kind: Kind, at: string | null}} Grant
 *
 * @typedef {object} StoredQuarter
 * @property {number} quarter_id
 * @property {number} consumed_power_avg
 * @property {number} interval_secs
 * @property {(number | null)[]} consumed_power_interval_avgs
 * @property {(number | null)[]} produced_power_interval_avgs
 *
 * @typedef {object} DayQuarter An ended quarter, with the registers and volumes at the quarter's end.
 * @property {string} start
 * @property {number | null} import_w
 * @property {number | null} export_w
 * @property {number | null} energy_import_kwh
 * @property {number | null} energy_export_kwh
 * @property {number | null} gas_volume_m3
 * @property {number | null} water_volume_m3
 * @property {number} samples
 * @property {"registers" | "samples" | "partial"} source
 *
 * @typedef {object} Total Energy and volumes used in a day or a month.
 * @property {string} [day]
 * @property {string} [month]
 * @property {number | null} import_kwh
 * @property {number | null} export_kwh
 * @property {number | null} gas_m3
 * @property {number | null} water_m3
 * @property {number | null} peak_w
 * @property {string | null} peak_start
 */

export {};
