/**
 * The running quarter as a card of Home Assistant, made of the page's own parts. It listens to Home Assistant's command
 * p1_monitor/quarter/subscribe and never asks a device. The board does not get this file.
 */

import { advice, level } from "../advice.js";
import { chart } from "../chart.js";
import { element, fill, say } from "../dom.js";
import { amount, date, HOW, number, power, speakAs, t } from "../i18n.js";
import { QUARTER_S, seconds } from "../meter_time.js";
import { quarterBar } from "../quarter_bar.js";
import { SLOT_S, Slots } from "../quarter_samples.js";
import BAR_STYLE from "../quarter_bar.css";
import CHART_STYLE from "uplot/dist/uPlot.min.css";
import STYLE from "./quarter_card.css";

const TYPE = "p1-quarter-card";
const AGAIN_MS = 5000;
const LEVELS = /** @type {const} */ ({ good: "onCourse", watch: "takeCare", over: "tooHigh", none: "noLimit" });

/** @typedef {{device_id?: string, title?: string, chart?: boolean}} Config */
/**
 * @typedef {object} News
 * @property {boolean} available
 * @property {string} name
 * @property {string | null} time
 * @property {number | null} power_import_w
 * @property {number | null} power_export_w
 * @property {import("../api_types.js").Quarter} quarter
 * @property {{id: number, imported: (number | null)[], exported: (number | null)[]} | null} [samples]
 */

// Home Assistant's own code puts a registry of its own in the place of the browser's, and what is defined before that it
// does not find: out of a warm cache we can be here first.
await customElements.whenDefined("home-assistant");

class QuarterCard extends HTMLElement {
  constructor() {
    super();
    this.attachShadow({ mode: "open" });
    this.config = /** @type {Config} */ ({});
    this.slots = new Slots();
    this.held = { id: /** @type {number | null} */ (null), headroom: 0 };
    this.news = /** @type {News | null} */ (null);
    this.unsubscribe = /** @type {Promise<() => void> | null} */ (null);
    this.heard = /** @type {any} */ (null);
    this.again = 0;
    this.anew = () => {
      clearTimeout(this.again);
      this.unsubscribe = null;
      this.listen();
    };
    this.lost = () => this.news && this.show({ ...this.news, available: false });
    this.themes = /** @type {unknown} */ (null);
    this.taken = /** @type {string | null} */ (null);
    this.drawn = /** @type {{show: () => void, destroy: () => void} | null} */ (null);
  }

  static getConfigForm() {
    return {
      schema: [
        { name: "device_id", selector: { device: { integration: "p1_monitor" } } },
        { name: "title", selector: { text: {} } },
        { name: "chart", default: true, selector: { boolean: {} } },
      ],
    };
  }

  /** @param {any} hass */
  static getStubConfig(hass) {
    const found = Object.values(hass.entities ?? {}).find((/** @type {any} */ entity) => entity.platform === "p1_monitor");
    return { device_id: /** @type {any} */ (found)?.device_id ?? "" };
  }

  getGridOptions() {
    return { columns: 12, min_columns: 6, min_rows: 3 };
  }

  getCardSize() {
    return this.config.chart === false ? 3 : 7;
  }

  /** @param {Config} config */
  setConfig(config) {
    const other = config.device_id !== this.config.device_id;
    this.config = config;
    if (other) this.leave();
    if (this.bar) this.build();
    this.listen();
  }

  /** @param {any} hass */
  set hass(hass) {
    this.home = hass;
    speakAs(hass.locale?.language ?? hass.language ?? "en");
    if (!this.bar) this.build();
    if (this.themes && this.themes !== hass.themes) dispatchEvent(new Event("p1-theme"));
    this.themes = hass.themes;
    this.listen();
  }

  connectedCallback() {
    if (this.home && !this.drawn) this.build();
    this.listen();
  }

  disconnectedCallback() {
    this.leave();
    this.drawn?.destroy();
    this.drawn = null;
  }

  listen() {
    if (this.unsubscribe || !this.home || !this.isConnected) return;
    const { connection } = this.home;
    const message = { type: "p1_monitor/quarter/subscribe", ...(this.config.device_id && { device_id: this.config.device_id }) };
    // A Home Assistant that has just started knows this command a little later than its connection is there.
    const asked = connection.subscribeMessage((/** @type {News} */ news) => this.take(news), message, { resubscribe: false });
    this.unsubscribe = asked;
    asked.catch(() => {
      if (this.unsubscribe !== asked) return;
      this.show(null);
      this.again = setTimeout(this.anew, AGAIN_MS);
    });
    if (this.heard) return;
    this.heard = connection;
    connection.addEventListener("ready", this.anew);
    connection.addEventListener("disconnected", this.lost);
  }

  leave() {
    clearTimeout(this.again);
    this.heard?.removeEventListener("ready", this.anew);
    this.heard?.removeEventListener("disconnected", this.lost);
    this.heard = null;
    this.unsubscribe?.then((stop) => stop()).catch(() => {});
    this.unsubscribe = null;
    this.news = null;
    this.taken = null;
    this.slots = new Slots();
  }

  /** @param {News} news */
  take(news) {
    const { quarter, samples, time } = news;
    if (samples && samples.id === quarter.id) this.slots.seed(samples.id, samples.imported, samples.exported);
    if (quarter.id !== null && quarter.elapsed_s !== null && time !== this.taken) {
      this.taken = time;
      this.slots.add(quarter.id, quarter.elapsed_s, news.power_import_w ?? 0, news.power_export_w ?? 0);
    }
    this.show(news);
  }

  build() {
    this.drawn?.destroy();
    this.bar = quarterBar();
    this.title_ = element("h2");
    this.clock = element("span", { class: "soft" });
    this.figure = element("span", { class: "figure" });
    this.badge = element("span", { class: "badge" });
    this.words = element("p", { class: "advice" });
    this.readout = element("p", { class: "readout" });
    const host = element("div", { class: "chart" });
    const body = element("div", { class: "body" },
      element("div", { class: "row" }, this.title_, this.clock),
      element("div", { class: "row" }, this.figure, this.badge),
      this.words, this.bar.whole, this.config.chart !== false && this.readout, this.config.chart !== false && host);
    const card = document.createElement("ha-card");
    card.append(body);
    if (this.shadowRoot) fill(/** @type {any} */ (this.shadowRoot), element("style", {}, CHART_STYLE, BAR_STYLE, STYLE), card);
    this.drawn = this.config.chart === false || !this.isConnected ? null : this.draw(host);
    this.show(this.news);
  }

  /** @param {HTMLElement} host */
  draw(host) {
    return chart(host, {
      kind: "line",
      label: t("liveChart"),
      imported: () => this.slots.imported,
      exported: () => this.slots.exported,
      target: () => this.news?.quarter.target_w ?? null,
      format: (watts) => number(watts / 1000, 1),
      tick: (at) => date(this.moment(at), HOW.time),
      every: 60,
      onPoint: (at) => this.readout && say(this.readout, at === null ? "" : this.point(at)),
    });
  }

  /** @param {number} at */
  moment(at) {
    return (this.news?.quarter.start ? seconds(this.news.quarter.start) : 0) + at * SLOT_S;
  }

  /** @param {number} at */
  point(at) {
    const watts = this.slots.exported[at] ? -(this.slots.exported[at] ?? 0) : this.slots.imported[at];
    return watts === null || watts === undefined ? "" : `${date(this.moment(at), HOW.second)} · ${amount(watts, "W")}`;
  }

  /** @param {News | null} news */
  show(news) {
    this.news = news;
    if (!this.bar || !this.figure || !this.badge || !this.words || !this.title_ || !this.clock) return;
    this.toggleAttribute("stale", !news?.available);
    say(this.title_, this.config.title || news?.name || "P1");
    const quarter = news?.quarter;
    if (!news || !quarter?.start || quarter.elapsed_s === null) {
      say(this.words, t("waiting"));
      return;
    }
    const left = QUARTER_S - quarter.elapsed_s;
    say(this.clock, t("timeLeft", { time: `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` }));
    say(this.figure, power(news.power_export_w ? -news.power_export_w : news.power_import_w));
    this.badge.dataset.level = level(quarter);
    say(this.badge, t(LEVELS[level(quarter)]));
    say(this.words, news.available ? advice(quarter, this.held) : t("lost"));
    this.bar.show(quarter);
    this.drawn?.show();
  }
}

if (!customElements.get(TYPE)) {
  customElements.define(TYPE, QuarterCard);
  const cards = /** @type {any} */ (window);
  cards.customCards = cards.customCards ?? [];
  cards.customCards.push({
    type: TYPE,
    name: "P1 quarter",
    description: "Where the running quarter-hour is heading, and what may still be used",
    preview: true,
    documentationURL: "https://github.com/p1-monitor/p1-monitor/blob/main/docs/home-assistant.md",
  });
}
