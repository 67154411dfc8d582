/** All that the meter says, and how well it is heard. */

import { copy } from "../clipboard.js";
import { ask, Refused } from "../api.js";
import { element, fill, say } from "../dom.js";
import { amount, date, HOW, number, t } from "../i18n.js";
import { state, watch } from "../state.js";

/** @typedef {import("../i18n.js").Word} Word */
/** @typedef {import("../api_types.js").MBusMeter} MBusMeter */

const PHASES = ["l1", "l2", "l3"];
const MOMENT = { ...HOW.second, ...HOW.fullDay };

/** @param {HTMLElement} place */
export function meter(place) {
  const live = element("div", { class: "grid" });
  const said = element("p", { role: "status", class: "soft" });
  const raw = element("pre", { class: "raw", role: "group", tabindex: "0", hidden: true, "aria-label": t("telegram") });
  const copyIt = element("button", { type: "button", hidden: true, onclick: () => say(said, t(copy(raw.textContent ?? "") ? "copied" : "notCopied")) }, t("copy"));
  const read = element("button", { type: "button" }, t("showTelegram"));
  read.addEventListener("click", async () => {
    try {
      raw.textContent = await (await ask("/api/telegram")).text();
      raw.hidden = copyIt.hidden = false;
      say(said, "");
    } catch (error) {
      say(said, error instanceof Refused && error.status === 404 ? t("noTelegramYet") : t("noAnswer"));
    }
  });
  fill(place, element("h1", {}, t("meter")), live,
    element("div", { class: "grid" }, element("section", { class: "card wide" }, element("h2", {}, t("telegram")),
      element("p", { class: "buttons" }, read, copyIt), said, raw)));
  const show = () => {
    const rooms = cards();
    // Only texts change from second to second: whoever reads along or has marked something is left alone.
    if (live.childElementCount === rooms.length) rooms.forEach((room, at) => renew(live.children[at], room));
    else fill(live, rooms);
  };
  show();
  return watch(show);
}

/**
 * @param {Element} old
 * @param {HTMLElement} fresh
 */
function renew(old, fresh) {
  const [before, after] = [old.querySelectorAll("dd, td"), fresh.querySelectorAll("dd, td")];
  if (before.length !== after.length) old.replaceWith(fresh);
  else before.forEach((cell, at) => say(cell, after[at].textContent ?? ""));
}

function cards() {
  const { reading, status } = state;
  if (!reading?.time) return [element("section", { class: "card wide" }, element("p", {}, t("waiting")))];
  /** @param {string} key @param {string} unit @param {number} decimals */
  const value = (key, unit, decimals) => amount(reading[key], unit, decimals);
  return [
    card("energy", [
      ["import", value("energy_import_kwh", "kWh", 3)],
      ["export", value("energy_export_kwh", "kWh", 3)],
      ...tariffs(reading),
      ["tariffNow", reading.tariff === null ? "–" : reading.tariff === 1 ? t("dayTariff") : reading.tariff === 2 ? t("nightTariff") : number(reading.tariff)],
    ]),
    phases(reading),
    card("quarterAndPeak", [
      ["demand", value("demand_w", "W", 0)],
      ["monthPeak", value("peak_w", "W", 0)],
      ["peakEnd", date(reading.peak_end, HOW.moment)],
      ["import", value("power_import_w", "W", 0)],
      ["export", value("power_export_w", "W", 0)],
    ]),
    ...reading.mbus.map(mbus),
    card("connection", [
      ["breaker", breaker(reading.breaker)],
      ["limiter", reading.limiter_w === null ? t("off") : value("limiter_w", "W", 0)],
      ["fuse", reading.fuse_a === null ? t("off") : value("fuse_a", "A", 0)],
      ["grid", reading.grid_v === null ? "–" : reading.grid_v === 230 ? "3×230 V" : "3×400 V + N"],
      ["message", reading.message ?? "–"],
    ]),
    card("theMeter", [
      ["time", date(reading.time, MOMENT)],
      ["model", reading.meter_model ?? "–"],
      ["version", reading.meter_version ?? "–"],
      ["serial", reading.meter_id ?? "–"],
      ["ean", reading.ean ?? "–"],
    ]),
    status && card("health", [
      ["telegrams", number(status.p1.telegrams)],
      ["crcErrors", number(status.p1.crc_errors)],
      ["overruns", number(status.p1.overruns)],
      ["age", status.p1.age_ms === null ? "–" : amount(status.p1.age_ms / 1000, "s", 1)],
      ["uptime", duration(status.uptime_s)],
      ["heap", amount(status.heap.free_bytes / 1024, "KB")],
      ["card", cardText(status.card)],
      ["wifi", status.wifi ? `${status.wifi.ssid}, ${number(status.wifi.rssi_dbm)} dBm` : "–"],
    ]),
  ].filter((room) => room !== null);
}

/**
 * @param {Word} title
 * @param {[Word, string][]} rows
 */
function card(title, rows) {
  return element("section", { class: "card" }, element("h2", {}, t(title)),
    element("dl", { class: "rows" }, rows.map(([word, text]) => element("div", {}, element("dt", {}, t(word)), element("dd", {}, text)))));
}

/**
 * The registers by tariff, of which meters send two or five.
 * @param {Record<string, any>} reading
 * @returns {[Word, string][]}
 */
function tariffs(reading) {
  return [1, 2, 3, 4, 5].flatMap((tariff) => /** @type {("import" | "export")[]} */ (["import", "export"]).flatMap((way) => {
    const energy = reading[`energy_${way}_t${tariff}_kwh`];
    return energy === null ? [] : [/** @type {[Word, string]} */ ([/** @type {Word} */ (`${way}T${tariff}`), amount(energy, "kWh", 3)])];
  }));
}

/** @param {Record<string, any>} reading */
function phases(reading) {
  const there = PHASES.filter((phase) => reading[`voltage_${phase}_v`] !== null || reading[`current_${phase}_a`] !== null);
  return element("section", { class: "card" }, element("h2", {}, t("phases")),
    element("table", { class: "phases" },
      element("thead", {}, element("tr", {}, element("td"), there.map((phase) => element("th", { scope: "col" }, phase.toUpperCase())))),
      element("tbody", {}, /** @type {[Word, string, string, number][]} */ ([
        ["import", "power_import_PHASE_w", "W", 0], ["export", "power_export_PHASE_w", "W", 0],
        ["voltage", "voltage_PHASE_v", "V", 1], ["current", "current_PHASE_a", "A", 2],
      ]).map(([word, key, unit, decimals]) => element("tr", {}, element("th", { scope: "row" }, t(word)),
        there.map((phase) => element("td", {}, amount(reading[key.replace("PHASE", phase)], unit, decimals))))))));
}

/** @param {MBusMeter} one */
function mbus(one) {
  const title = /** @type {Word} */ (one.type in KINDS ? KINDS[/** @type {keyof typeof KINDS} */ (one.type)] : "otherMeter");
  return card(title, [
    ["reading", one.volume_m3 === null ? amount(one.energy_gj, "GJ", 3) : amount(one.volume_m3, "m³", 3)],
    ["time", date(one.time, HOW.moment)],
    ["channel", number(one.channel)],
    ["serial", one.id ?? "–"],
    ["ean", one.ean ?? "–"],
    ["valve", breaker(one.valve)],
  ]);
}
const KINDS = { gas: "gas", water: "water", heat: "heat", hot_water: "hotWater", electricity: "electricity" };

/** @param {number | null} position */
function breaker(position) {
  const words = /** @type {Word[]} */ (["disconnected", "connected", "ready"]);
  return position === null ? "–" : words[position] ? t(words[position]) : number(position);
}

/** @param {import("../api_types.js").Device["card"]} card */
function cardText({ state, free_bytes, error, waiting_quarters }) {
  if (state !== "ok") return `${t(state === "absent" ? "cardAbsent" : "cardFailed")}${error ? `: ${error}` : ""}`;
  const free = t("free", { size: amount((free_bytes ?? 0) / 1e9, "GB", 1) });
  return waiting_quarters ? `${free}, ${t("waitingQuarters", { count: waiting_quarters })}` : free;
}

/** @param {number} uptime_s */
function duration(uptime_s) {
  const hours = Math.floor(uptime_s / 3600);
  return t("daysHours", { days: Math.floor(hours / 24), hours: hours % 24, minutes: Math.floor((uptime_s % 3600) / 60) });
}
