/** History screen: chart, table and totals of a quarter, day, month or year, and the navigation between these spans. */

import { ApiError } from "../api.js";
import { chart } from "../chart.js";
import { element, fill, icon, setText } from "../dom.js";
import { download } from "../download.js";
import { loadHistory, quarterHistory } from "../history_data.js";
import { hashOf, neighbour, parseSpan, SPAN_KINDS, spanContaining, startOf, titleOf } from "../history_span.js";
import { amount, date, FORMATS, kilowatts, power, t } from "../i18n.js";
import { samples } from "../live_samples.js";
import { midnight, QUARTER_S, quarterName, quarterStart, toSeconds } from "../meter_time.js";
import { state, watch } from "../state.js";
import { historyTable } from "./history_table.js";
import { peakButton } from "./peak_button.js";

/** @typedef {import("../history_span.js").Span} Span */
/** @typedef {import("../history_data.js").HistoryData} HistoryData */

const SWIPE_PX = 60;
/** For each state of the card, the key of the text that explains why no history is stored. */
const WHY_EMPTY = /** @type {const} */ ({ ok: "nothingWhy", absent: "noCard", failed: "badCard" });

/** Return the meter's time in seconds since 1970. Before the first telegram, return this computer's time. */
const now = () => (state.quarter?.start
  ? toSeconds(state.quarter.start) + (state.quarter.elapsed_s ?? 0)
  : Date.now() / 1000);

/**
 * @param {HTMLElement} root
 * @param {string[]} parts words of the URL's fragment after "history"
 */
export function historyScreen(root, parts) {
  /** @type {Span} */
  let span = parseSpan(parts) ?? spanContaining("day", now());
  /** @type {AbortController} */
  let loading = new AbortController();
  /** @type {ReturnType<typeof chart> | null} */
  let plot = null;
  let quarterShown = state.quarter?.id;
  let isStarted = false;

  const heading = element("h2", { id: "span-title", "aria-live": "polite" });
  const content = element("div", { class: "grid history-content" });
  const picker = element("input", {
    type: "date", "aria-label": t("pickDate"), onchange: () => picker.value && goTo(pickedSpan()),
  });
  const kindButtons = SPAN_KINDS.map((kind) =>
    element("button", { type: "button", onclick: () => goTo(spanContaining(kind, focusTime())) }, t(kind)));
  const earlierButton = roundButton("back", t("earlier"), () => goTo(neighbour(span, -1)));
  const laterButton = roundButton("forward", t("later"), () => goTo(neighbour(span, 1)));
  const goToNow = () => goTo(spanContaining(span.kind, now()));
  const todayButton = element("button", { type: "button", onclick: goToNow }, t("today"));
  const peakLink = peakButton();
  fill(root,
    element("h1", { class: "visually-hidden" }, t("history")),
    element("div", { class: "tools" },
      element("div", { class: "choice", role: "group", "aria-label": t("span") }, kindButtons),
      element("div", { class: "steps" }, earlierButton, heading, laterButton),
      element("div", { class: "more" }, todayButton, picker, peakLink.root)),
    content);

  /** @param {Span} next */
  function goTo(next) {
    if (startOf(next) > now()) return;
    location.hash = hashOf(next);
  }

  function pickedSpan() {
    const day = midnight(picker.value);
    const sinceMidnight = span.kind === "quarter" ? quarterStart(span.name) - midnight(span.name.slice(0, 10)) : 0;
    return spanContaining(span.kind, day + sinceMidnight);
  }

  /**
   * Return a moment in the open span: the current time if the open span contains the current time, otherwise the start
   * of the open span. If the reader selects another kind of span, such as a month, the span with this moment opens.
   */
  function focusTime() {
    const [from, to] = [startOf(span), startOf(neighbour(span, 1))];
    return now() >= from && now() < to ? now() : from;
  }

  async function show() {
    loading.abort();
    const request = (loading = new AbortController());
    setText(heading, titleOf(span));
    kindButtons.forEach((button, index) => {
      button.setAttribute("aria-pressed", String(SPAN_KINDS[index] === span.kind));
    });
    laterButton.disabled = startOf(neighbour(span, 1)) > now();
    picker.value = dayName(startOf(span));
    picker.max = dayName(now());
    content.setAttribute("aria-busy", "true");
    peakLink.show(span, null);
    try {
      const data = await loadHistory(span, request.signal, now());
      if (request.signal.aborted) return;
      draw(data);
      peakLink.show(span, data);
    } catch (error) {
      if (request.signal.aborted) return;
      clear();
      const why = error instanceof ApiError && error.status !== 503 ? error.message : t("noAnswer");
      fill(content, element("section", { class: "panel wide" },
        element("p", { role: "alert" }, why),
        element("button", { type: "button", onclick: show }, t("again"))));
    }
    content.removeAttribute("aria-busy");
  }

  function clear() {
    plot?.destroy();
    plot = null;
  }

  /** @param {HistoryData} data */
  function draw(data) {
    clear();
    if (data.imported.every((value) => value === null)) {
      fill(content, element("section", { class: "panel wide empty" },
        element("p", {}, t("nothingStored", { span: titleOf(span) })),
        element("p", { class: "soft" }, t(WHY_EMPTY[state.status?.card.state ?? "ok"]))));
      return;
    }
    const readout = element("p", { class: "readout" });
    const host = element("div", { class: "chart" });
    const target = () => (data.unit === "W" && isCurrentMonth(span) ? (state.quarter?.target_w ?? null) : null);
    fill(content,
      element("section", { class: "panel wide", "aria-labelledby": "span-title" },
        element("div", { class: "head" }, readout, legendLine(data, target() !== null)), host,
        data.missing ? element("p", { class: "soft" }, t("gaps", { count: data.missing })) : null,
        historyTable(span, data)),
      usedPanel(data), highestPanel(span, data), exportPanel(span, data));
    plot = chart(host, {
      kind: span.kind === "quarter" ? "line" : "bars",
      label: `${titleOf(span)}, ${data.unit === "W" ? t("powerChart") : t("energyChart")}`,
      imported: () => data.imported,
      exported: () => data.exported,
      peak: () => data.peak,
      target,
      unit: data.unit === "W" ? 1000 : 1,
      tick: (index) => (span.kind === "quarter" ? data.labels[index]?.slice(0, 5) : data.labels[index]) ?? "",
      every: data.every,
      onPoint: (index) => showPoint(readout, data, index),
      onPick: span.kind === "quarter" ? undefined : (index) => {
        const link = data.links[index];
        if (link) goTo(link);
      },
    });
  }

  /**
   * Show the span that the URL names, or the current day if the URL names no span. Do nothing until the meter's time is
   * known. But if the device is unreachable or needs a sign-in, do not wait for the meter's time.
   */
  function start() {
    if (!state.quarter && state.connection !== "lost" && state.connection !== "closed") return;
    isStarted = true;
    span = parseSpan(parts) ?? spanContaining("day", now());
    show();
  }

  /** @param {string} iso start of a quarter */
  const isShown = (iso) => span.kind === "quarter" && quarterName(toSeconds(iso)) === span.name;

  const stop = watch(() => {
    const { quarter } = state;
    if (!isStarted) start();
    else if (quarter?.start && isShown(quarter.start) && samples.id === quarter.id) {
      if (plot && quarterShown === quarter.id) plot.show();
      else draw(quarterHistory(toSeconds(quarter.start), samples.imported, samples.exported));
    } else if (quarter && quarter.id !== quarterShown && startOf(neighbour(span, 1)) > now() - QUARTER_S * 2) {
      show(); // a quarter of the open span has ended
    }
    quarterShown = quarter?.id;
  });
  const stopKeys = listenForKeys({
    ArrowLeft: () => earlierButton.click(),
    ArrowRight: () => laterButton.click(),
    ArrowUp: () => kindButtons[Math.min(SPAN_KINDS.indexOf(span.kind) + 1, 3)].click(),
    ArrowDown: () => kindButtons[Math.max(SPAN_KINDS.indexOf(span.kind) - 1, 0)].click(),
    Home: () => todayButton.click(),
  });
  listenForSwipes(root, () => earlierButton.click(), () => laterButton.click());
  start();
  return {
    /** @param {string[]} next */
    goTo(next) {
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
const dayName = (moment) => spanContaining("day", moment).name;

/** @param {Span} span */
function isCurrentMonth(span) {
  return spanContaining("month", startOf(span)).name === spanContaining("month", now()).name;
}

/**
 * @param {string} name
 * @param {string} label
 * @param {() => void} onclick
 */
function roundButton(name, label, onclick) {
  return element("button", { type: "button", class: "round", "aria-label": label, title: label, onclick }, icon(name));
}

/**
 * @param {HistoryData} data
 * @param {boolean} hasTarget
 */
function legendLine(data, hasTarget) {
  const hasExport = data.exported.some((value) => value);
  return element("p", { class: "legend" },
    element("span", { class: "unit" }, data.unit === "W" ? "kW" : "kWh"),
    element("span", { class: "import" }, t("import")),
    hasExport ? element("span", { class: "export" }, t("export")) : null,
    data.peak === null ? null : element("span", { class: "peak" }, t("highestQuarter")),
    hasTarget ? element("span", { class: "line" }, t("target")) : null);
}

/**
 * @param {HTMLElement} readout
 * @param {HistoryData} data
 * @param {number | null} index
 */
function showPoint(readout, data, index) {
  if (index === null || data.imported[index] === null || data.imported[index] === undefined) return;
  /** @param {number | null} value */
  const withUnit = (value) => (data.unit === "W" ? power(value) : amount(value, "kWh", 1));
  const exported = data.exported[index];
  const parts = [data.labels[index], withUnit(data.imported[index]), ...(exported ? [withUnit(-exported)] : [])];
  const text = parts.join(" · ");
  const link = data.links[index];
  fill(readout, link ? element("a", { href: hashOf(link) }, text) : text);
}

/** @param {HistoryData} data */
function usedPanel({ used }) {
  /** @type {[import("../i18n.js").WordKey, number | null, string, number][]} */
  const rows = [
    ["import", used.imported, "kWh", 2],
    ["export", used.exported, "kWh", 2],
    ["gas", used.gas, "m³", 2],
    ["water", used.water, "m³", 3],
  ];
  const known = rows.filter(([, value], index) => index < 2 || value !== null);
  return element("section", { class: "panel" },
    element("h2", {}, t("used")),
    element("dl", { class: "figures two" }, known.map(([word, value, unit, decimals]) =>
      element("div", {}, element("dt", {}, t(word)), element("dd", {}, amount(value, unit, decimals))))));
}

/**
 * @param {Span} span
 * @param {HistoryData} data
 */
function highestPanel(span, { highest }) {
  if (!highest || span.kind === "quarter") return null;
  const moment = date(highest.start, span.kind === "day" ? FORMATS.time : FORMATS.moment);
  const href = hashOf({ kind: "quarter", name: quarterName(toSeconds(highest.start)) });
  return element("section", { class: "panel" },
    element("h2", {}, t("highestQuarter")),
    element("p", { class: "figure small" }, kilowatts(highest.power_w)),
    element("p", {}, element("a", { href }, moment)));
}

/**
 * @param {Span} span
 * @param {HistoryData} data
 */
function exportPanel({ kind, name }, data) {
  const fileName = `p1-${kind}-${name}`;
  return element("section", { class: "panel" },
    element("h2", {}, t("export_")),
    element("p", { class: "buttons" },
      element("button", { type: "button", onclick: () => download(fileName, data.rows, "csv") }, "CSV"),
      element("button", { type: "button", onclick: () => download(fileName, data.rows, "json") }, "JSON")));
}

/**
 * When the reader presses a key, call the key's action. A key in a field or a table calls no action, because fields and
 * tables use the arrow keys. Return a function that stops the calls.
 * @param {Record<string, () => void>} actions
 */
function listenForKeys(actions) {
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.altKey || event.metaKey || target.closest("input, select, textarea, .table")) return;
    if (!(event.key in actions)) return;
    event.preventDefault();
    actions[event.key]();
  };
  document.addEventListener("keydown", onKeyDown);
  return () => document.removeEventListener("keydown", onKeyDown);
}

/**
 * @param {HTMLElement} root
 * @param {() => void} right called when the finger moves to the right
 * @param {() => void} left called when the finger moves to the left
 */
function listenForSwipes(root, right, left) {
  let [x, y] = [NaN, NaN];
  const area = /** @type {HTMLElement} */ (root.lastElementChild);
  area.addEventListener("touchstart", (event) => {
    [x, y] = [event.touches[0].clientX, event.touches[0].clientY];
  }, { passive: true });
  area.addEventListener("touchend", (event) => {
    const { clientX, clientY } = event.changedTouches[0];
    const scrolls = /** @type {HTMLElement} */ (event.target).closest(".table");
    if (scrolls || Math.abs(clientX - x) < SWIPE_PX || Math.abs(clientX - x) < 2 * Math.abs(clientY - y)) return;
    (clientX > x ? right : left)();
  });
}
