/** Where it all went: a quarter, day, month or year, and the way through them. */

import { chart } from "../chart.js";
import { Refused } from "../api.js";
import { element, fill, icon, say } from "../dom.js";
import { amount, date, HOW, kilowatts, number, power, t } from "../i18n.js";
import { midnight, QUARTER_S, quarterName, quarterStart, seconds } from "../meter_time.js";
import { load, quarterPast } from "../history_data.js";
import { samples } from "../live_samples.js";
import { save } from "../download.js";
import { address, begin, containing, KINDS, parse, step, title } from "../history_span.js";
import { state, watch } from "../state.js";
import { peakButton } from "./peak_button.js";
import { pastTable } from "./history_table.js";

/** @typedef {import("../history_span.js").Span} Span */
/** @typedef {import("../history_data.js").Past} Past */

const SWIPE_PX = 60;

/** Now by the meter; by this computer until a telegram has come. */
const now = () => (state.quarter?.start ? seconds(state.quarter.start) + (state.quarter.elapsed_s ?? 0) : Date.now() / 1000);

/**
 * @param {HTMLElement} place
 * @param {string[]} parts of the address
 */
export function history(place, parts) {
  /** @type {Span} */
  let span = parse(parts) ?? containing("day", now());
  /** @type {AbortController} */
  let loading = new AbortController();
  /** @type {ReturnType<typeof chart> | null} */
  let drawn = null;
  let quarterShown = state.quarter?.id;
  let begun = false;

  const heading = element("h2", { id: "span-title", "aria-live": "polite" });
  const body = element("div", { class: "grid past" });
  const picker = element("input", { type: "date", "aria-label": t("pickDate"), onchange: () => picker.value && go(picked()) });
  const kinds = KINDS.map((kind) => element("button", { type: "button", onclick: () => go(containing(kind, middle())) }, t(kind)));
  const back = button("back", t("earlier"), () => go(step(span, -1)));
  const forward = button("forward", t("later"), () => go(step(span, 1)));
  const today = element("button", { type: "button", onclick: () => go(containing(span.kind, now())) }, t("today"));
  const peak = peakButton();
  fill(place,
    element("h1", { class: "unseen" }, t("history")),
    element("div", { class: "tools" },
      element("div", { class: "choice", role: "group", "aria-label": t("span") }, kinds),
      element("div", { class: "steps" }, back, heading, forward),
      element("div", { class: "more" }, today, picker, peak.place)),
    body);

  /** @param {Span} next */
  function go(next) {
    if (begin(next) > now()) return;
    location.hash = address(next);
  }

  function picked() {
    const at = midnight(picker.value);
    return containing(span.kind, span.kind === "quarter" ? at + (quarterStart(span.at) - midnight(span.at.slice(0, 10))) : at);
  }

  /** A moment of the span to look closer at: now, where it is part of it. */
  function middle() {
    const [from, to] = [begin(span), begin(step(span, 1))];
    return now() >= from && now() < to ? now() : from;
  }

  async function show() {
    loading.abort();
    const mine = (loading = new AbortController());
    say(heading, title(span));
    kinds.forEach((choice, at) => choice.setAttribute("aria-pressed", String(KINDS[at] === span.kind)));
    forward.disabled = begin(step(span, 1)) > now();
    picker.value = date_(begin(span));
    picker.max = date_(now());
    body.setAttribute("aria-busy", "true");
    peak.show(span, null);
    try {
      const past = await load(span, mine.signal, now());
      if (mine.signal.aborted) return;
      draw(past);
      peak.show(span, past);
    } catch (error) {
      if (mine.signal.aborted) return;
      clear();
      const why = error instanceof Refused && error.status !== 503 ? error.message : t("noAnswer");
      fill(body, element("section", { class: "card wide" }, element("p", { role: "alert" }, why),
        element("button", { type: "button", onclick: show }, t("again"))));
    }
    body.removeAttribute("aria-busy");
  }

  function clear() {
    drawn?.destroy();
    drawn = null;
  }

  /** @param {Past} past */
  function draw(past) {
    clear();
    if (past.imported.every((value) => value === null)) {
      fill(body, element("section", { class: "card wide empty" }, element("p", {}, t("nothingStored", { span: title(span) })),
        element("p", { class: "soft" }, t(state.status?.card.state === "ok" ? "nothingWhy" : "noCard"))));
      return;
    }
    const readout = element("p", { class: "readout" });
    const host = element("div", { class: "chart" });
    const decimals = Math.max(...past.imported.map((value) => value ?? 0)) < (past.unit === "W" ? 10_000 : 10) ? 1 : 0;
    const target = () => (past.unit === "W" && isCurrentMonth(span) ? (state.quarter?.target_w ?? null) : null);
    fill(body,
      element("section", { class: "card wide", "aria-labelledby": "span-title" },
        element("div", { class: "head" }, readout, legend(past, target() !== null)), host,
        past.missing ? element("p", { class: "soft" }, t("gaps", { count: past.missing })) : null,
        pastTable(span, past)),
      used(past), highest(span, past), exports(span, past));
    drawn = chart(host, {
      kind: span.kind === "quarter" ? "line" : "bars",
      label: `${title(span)}, ${past.unit === "W" ? t("powerChart") : t("energyChart")}`,
      imported: () => past.imported,
      exported: () => past.exported,
      peak: () => past.peak,
      target,
      format: (value) => number(past.unit === "W" ? value / 1000 : value, decimals),
      tick: (at) => (span.kind === "quarter" ? past.labels[at]?.slice(0, 5) : past.labels[at]) ?? "",
      every: past.every,
      onPoint: (at) => point(readout, past, at),
      onPick: span.kind === "quarter" ? undefined : (at) => past.targets[at] && go(/** @type {Span} */ (past.targets[at])),
    });
  }

  /** What day it is comes from the meter, with the first figures. */
  function start() {
    if (!state.quarter && state.connection !== "lost" && state.connection !== "closed") return;
    begun = true;
    span = parse(parts) ?? containing("day", now());
    show();
  }

  const stop = watch(() => {
    const { quarter } = state;
    if (!begun) start();
    else if (span.kind === "quarter" && quarter?.start && quarterName(seconds(quarter.start)) === span.at && samples.id === quarter.id) {
      if (drawn && quarterShown === quarter.id) drawn.show();
      else draw(quarterPast(seconds(quarter.start), samples.imported, samples.exported));
    } else if (quarter && quarter.id !== quarterShown && begin(step(span, 1)) > now() - QUARTER_S * 2) {
      show(); // a quarter has been closed that belongs here
    }
    quarterShown = quarter?.id;
  });
  const stopKeys = keys({
    ArrowLeft: () => back.click(),
    ArrowRight: () => forward.click(),
    ArrowUp: () => kinds[Math.min(KINDS.indexOf(span.kind) + 1, 3)].click(),
    ArrowDown: () => kinds[Math.max(KINDS.indexOf(span.kind) - 1, 0)].click(),
    Home: () => today.click(),
  });
  swipes(place, () => back.click(), () => forward.click());
  start();
  return {
    /** @param {string[]} next */
    go(next) {
      parts = next;
      start();
    },
    leave() {
      stop();
      stopKeys();
      loading.abort();
      clear();
    },
  };
}

/** @param {number} moment */
const date_ = (moment) => containing("day", moment).at;

/** @param {Span} span */
function isCurrentMonth(span) {
  return containing("month", begin(span)).at === containing("month", now()).at;
}

/**
 * @param {string} name
 * @param {string} label
 * @param {() => void} onclick
 */
function button(name, label, onclick) {
  return element("button", { type: "button", class: "round", "aria-label": label, title: label, onclick }, icon(name));
}

/**
 * @param {Past} past
 * @param {boolean} hasTarget
 */
function legend(past, hasTarget) {
  const hasExport = past.exported.some((value) => value);
  return element("p", { class: "legend" },
    element("span", { class: "unit" }, past.unit === "W" ? "kW" : "kWh"),
    element("span", { class: "import" }, t("import")),
    hasExport ? element("span", { class: "export" }, t("export")) : null,
    past.peak === null ? null : element("span", { class: "peak" }, t("highestQuarter")),
    hasTarget ? element("span", { class: "line" }, t("target")) : null);
}

/**
 * @param {HTMLElement} readout
 * @param {Past} past
 * @param {number | null} at
 */
function point(readout, past, at) {
  if (at === null || past.imported[at] === null || past.imported[at] === undefined) return;
  /** @param {number | null} value */
  const shown = (value) => (past.unit === "W" ? power(value) : amount(value, "kWh", 1));
  const text = `${past.labels[at]} · ${shown(past.imported[at])}${past.exported[at] ? ` · ${shown(-(past.exported[at] ?? 0))}` : ""}`;
  const target = past.targets[at];
  fill(readout, target ? element("a", { href: address(target) }, text) : text);
}

/** @param {Past} past */
function used({ used }) {
  /** @type {[import("../i18n.js").Word, number | null, string, number][]} */
  const rows = [["import", used.imported, "kWh", 2], ["export", used.exported, "kWh", 2], ["gas", used.gas, "m³", 2], ["water", used.water, "m³", 3]];
  return element("section", { class: "card" }, element("h2", {}, t("used")),
    element("dl", { class: "figures two" }, rows.filter(([, value], at) => at < 2 || value !== null).map(([word, value, unit, decimals]) =>
      element("div", {}, element("dt", {}, t(word)), element("dd", {}, amount(value, unit, decimals))))));
}

/**
 * @param {Span} span
 * @param {Past} past
 */
function highest(span, { highest }) {
  if (!highest || span.kind === "quarter") return null;
  const moment = date(highest.start, span.kind === "day" ? HOW.time : HOW.moment);
  return element("section", { class: "card" }, element("h2", {}, t("highestQuarter")),
    element("p", { class: "figure small" }, kilowatts(highest.power_w)),
    element("p", {}, element("a", { href: address({ kind: "quarter", at: quarterName(seconds(highest.start)) }) }, moment)));
}

/**
 * @param {Span} span
 * @param {Past} past
 */
function exports({ kind, at }, past) {
  const name = `p1-${kind}-${at}`;
  return element("section", { class: "card" }, element("h2", {}, t("export_")),
    element("p", { class: "buttons" },
      element("button", { type: "button", onclick: () => save(name, past.rows, "csv") }, "CSV"),
      element("button", { type: "button", onclick: () => save(name, past.rows, "json") }, "JSON")));
}

/**
 * Keys of the history, but for those that a field or a table wants itself.
 * @param {Record<string, () => void>} actions
 */
function keys(actions) {
  /** @param {KeyboardEvent} event */
  const press = (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.altKey || event.metaKey || target.closest("input, select, textarea, .table")) return;
    if (!(event.key in actions)) return;
    event.preventDefault();
    actions[event.key]();
  };
  document.addEventListener("keydown", press);
  return () => document.removeEventListener("keydown", press);
}

/**
 * @param {HTMLElement} place
 * @param {() => void} right the finger went to the right: earlier
 * @param {() => void} left
 */
function swipes(place, right, left) {
  let [x, y] = [NaN, NaN];
  const area = /** @type {HTMLElement} */ (place.lastElementChild);
  area.addEventListener("touchstart", (event) => ([x, y] = [event.touches[0].clientX, event.touches[0].clientY]), { passive: true });
  area.addEventListener("touchend", (event) => {
    const { clientX, clientY } = event.changedTouches[0];
    const scrolls = /** @type {HTMLElement} */ (event.target).closest(".table");
    if (scrolls || Math.abs(clientX - x) < SWIPE_PX || Math.abs(clientX - x) < 2 * Math.abs(clientY - y)) return;
    (clientX > x ? right : left)();
  });
}
