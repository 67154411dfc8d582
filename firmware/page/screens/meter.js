/** Meter screen: all values of the newest telegram, the telegram itself, and the device's health. */

import { ApiError, request } from "../api.js";
import { cardProblem } from "../card_problem.js";
import { copyText } from "../clipboard.js";
import { element, fill, setText } from "../dom.js";
import { amount, date, FORMATS, number, t } from "../i18n.js";
import { isRead, state, watch } from "../state.js";

/** @typedef {import("../i18n.js").WordKey} WordKey */
/** @typedef {import("../api_types.js").MBusMeter} MBusMeter */

const PHASES = ["l1", "l2", "l3"];
/** @type {Record<string, WordKey>} */
const MBUS_TITLES = { gas: "gas", water: "water", heat: "heat", hot_water: "hotWater", electricity: "electricity" };
const TIME_FORMAT = { ...FORMATS.second, ...FORMATS.fullDay };

/** @param {HTMLElement} root */
export function meterScreen(root) {
  const panels = element("div", { class: "grid" });
  const message = element("p", { role: "status", class: "soft" });
  const telegram = element("pre", {
    class: "raw", role: "group", tabindex: "0", hidden: true, "aria-label": t("telegram"),
  });
  const copy = () => setText(message, t(copyText(telegram.textContent ?? "") ? "copied" : "notCopied"));
  const copyButton = element("button", { type: "button", hidden: true, onclick: copy }, t("copy"));
  const showButton = element("button", { type: "button" }, t("showTelegram"));
  showButton.addEventListener("click", async () => {
    try {
      telegram.textContent = await (await request("/api/telegram")).text();
      telegram.hidden = copyButton.hidden = false;
      setText(message, "");
    } catch (error) {
      setText(message, error instanceof ApiError && error.status === 404 ? t("noTelegramYet") : t("noAnswer"));
    }
  });
  fill(root, element("h1", {}, t("meter")), panels,
    element("div", { class: "grid" }, element("section", { class: "panel wide" },
      element("h2", {}, t("telegram")),
      element("p", { class: "buttons" }, showButton, copyButton), message, telegram)));
  const show = () => {
    const fresh = createPanels();
    // Replace only texts that changed, so that the reader's selection and a screen reader's position are not lost.
    if (panels.childElementCount !== fresh.length) fill(panels, fresh);
    else fresh.forEach((panel, index) => updatePanel(panels.children[index], panel));
  };
  show();
  return watch(show);
}

/**
 * @param {Element} old
 * @param {HTMLElement} fresh
 */
function updatePanel(old, fresh) {
  const [before, after] = [old.querySelectorAll("dd, td"), fresh.querySelectorAll("dd, td")];
  if (before.length !== after.length) old.replaceWith(fresh);
  else before.forEach((cell, index) => setText(cell, after[index].textContent ?? ""));
}

function createPanels() {
  const { reading, status } = state;
  if (!isRead(reading)) return [element("section", { class: "panel wide" }, element("p", {}, t("waiting")))];
  /** @param {string} key @param {string} unit @param {number} decimals */
  const value = (key, unit, decimals) => amount(reading[key], unit, decimals);
  return [
    rowsPanel("energy", [
      ["import", value("energy_import_kwh", "kWh", 3)],
      ["export", value("energy_export_kwh", "kWh", 3)],
      ...tariffRows(reading),
      ["tariffNow", tariffText(reading.tariff)],
    ]),
    phasesPanel(reading),
    rowsPanel("quarterAndPeak", [
      ["demand", value("demand_w", "W", 0)],
      ["monthPeak", value("peak_w", "W", 0)],
      ["peakEnd", date(reading.peak_end, FORMATS.moment)],
      ["import", value("power_import_w", "W", 0)],
      ["export", value("power_export_w", "W", 0)],
    ]),
    ...reading.mbus.map(mbusPanel),
    rowsPanel("connection", [
      ["breaker", switchText(reading.breaker)],
      ["limiter", reading.limiter_w === null ? t("off") : value("limiter_w", "W", 0)],
      ["fuse", reading.fuse_a === null ? t("off") : value("fuse_a", "A", 0)],
      ["grid", reading.grid_v === null ? "–" : reading.grid_v === 230 ? "3×230 V" : "3×400 V + N"],
      ["message", reading.message ?? "–"],
    ]),
    rowsPanel("theMeter", [
      ["time", reading.time ? date(reading.time, TIME_FORMAT) : "–"],
      ["model", reading.meter_model ?? "–"],
      ["version", reading.meter_version ?? "–"],
      ["serial", reading.meter_id ?? "–"],
      ["ean", reading.ean ?? "–"],
    ]),
    status && rowsPanel("health", [
      ["telegrams", number(status.p1.telegrams)],
      ["crcErrors", number(status.p1.crc_errors)],
      ["overruns", number(status.p1.overruns)],
      ["age", status.p1.age_ms === null ? "–" : amount(status.p1.age_ms / 1000, "s", 1)],
      ["uptime", duration(status.uptime_s)],
      ["heap", kilobytes(status.heap.free_bytes)],
      ...memoryRow(status.system_memory),
      ["card", cardText(status.card)],
      ["wifi", status.wifi ? `${status.wifi.ssid}, ${number(status.wifi.rssi_dbm)} dBm` : "–"],
    ]),
  ].filter((panel) => panel !== null);
}

/**
 * @param {WordKey} title
 * @param {[WordKey, string][]} rows
 */
function rowsPanel(title, rows) {
  return element("section", { class: "panel" },
    element("h2", {}, t(title)),
    element("dl", { class: "rows" }, rows.map(([word, text]) =>
      element("div", {}, element("dt", {}, t(word)), element("dd", {}, text)))));
}

/**
 * Return a row for each tariff's register of import or export. A meter has two or five tariffs.
 * @param {Record<string, any>} reading
 * @returns {[WordKey, string][]}
 */
function tariffRows(reading) {
  return [1, 2, 3, 4, 5].flatMap((tariff) => ["import", "export"].flatMap((direction) => {
    const energy = reading[`energy_${direction}_t${tariff}_kwh`];
    const word = /** @type {WordKey} */ (`${direction}T${tariff}`);
    return energy === null ? [] : [/** @type {[WordKey, string]} */ ([word, amount(energy, "kWh", 3)])];
  }));
}

/** @param {number | null} tariff */
function tariffText(tariff) {
  if (tariff === 1) return t("dayTariff");
  if (tariff === 2) return t("nightTariff");
  return number(tariff);
}

/** @param {Record<string, any>} reading */
function phasesPanel(reading) {
  const present = PHASES.filter((phase) =>
    reading[`voltage_${phase}_v`] !== null || reading[`current_${phase}_a`] !== null);
  /** @type {[WordKey, string, string, number][]} */
  const rows = [
    ["import", "power_import_PHASE_w", "W", 0],
    ["export", "power_export_PHASE_w", "W", 0],
    ["voltage", "voltage_PHASE_v", "V", 1],
    ["current", "current_PHASE_a", "A", 2],
  ];
  return element("section", { class: "panel" },
    element("h2", {}, t("phases")),
    element("table", { class: "phases" },
      element("thead", {}, element("tr", {},
        element("td"), present.map((phase) => element("th", { scope: "col" }, phase.toUpperCase())))),
      element("tbody", {}, rows.map(([word, key, unit, decimals]) => element("tr", {},
        element("th", { scope: "row" }, t(word)),
        present.map((phase) => element("td", {}, amount(reading[key.replace("PHASE", phase)], unit, decimals))))))));
}

/** @param {MBusMeter} mbus */
function mbusPanel(mbus) {
  return rowsPanel(MBUS_TITLES[mbus.type] ?? "otherMeter", [
    ["reading", amount(mbus.value, mbus.unit.replace("m3", "m³"), 3)],
    ["time", date(mbus.time, FORMATS.moment)],
    ["channel", number(mbus.channel)],
    ["serial", mbus.id ?? "–"],
    ["ean", mbus.ean ?? "–"],
    ["valve", switchText(mbus.valve)],
  ]);
}

/** @param {number | null} position */
function switchText(position) {
  const words = /** @type {WordKey[]} */ (["disconnected", "connected", "ready"]);
  return position === null ? "–" : words[position] ? t(words[position]) : number(position);
}

/** @param {import("../api_types.js").Device["card"]} card */
function cardText(card) {
  if (card.format) return cardProblem(card);
  if (card.state !== "ok") {
    const text = t(card.state === "absent" ? "cardAbsent" : "cardFailed");
    return card.error ? `${text}: ${card.error}` : text;
  }
  const free = t("free", { size: amount((card.free_bytes ?? 0) / 1e9, "GB", 1) });
  return card.waiting_quarters ? `${free}, ${t("waitingQuarters", { count: card.waiting_quarters })}` : free;
}

/** @param {number} bytes */
function kilobytes(bytes) {
  return amount(bytes / 1024, "KB");
}

/**
 * @param {import("../api_types.js").Device["system_memory"]} memory
 * @returns {[WordKey, string][]}
 */
function memoryRow(memory) {
  return memory ? [["systemMemory", t("sizeAndLowest", {
    size: kilobytes(memory.free_bytes), lowest: kilobytes(memory.lowest_bytes),
  })]] : [];
}

/** @param {number} uptime_s */
function duration(uptime_s) {
  const hours = Math.floor(uptime_s / 3600);
  return t("daysHours", {
    days: Math.floor(hours / 24), hours: hours % 24, minutes: Math.floor((uptime_s % 3600) / 60),
  });
}
