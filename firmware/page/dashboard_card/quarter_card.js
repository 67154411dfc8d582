/**
 * Card of the running quarter for Home Assistant's dashboards, built from the page's modules. The data comes from the
 * command p1_monitor/quarter/subscribe of Home Assistant, never from a device. The board does not have this file.
 */

import { advice, level, LEVEL_WORDS } from "../advice.js";
import { chart } from "../chart.js";
import { element, fill, setText } from "../dom.js";
import { amount, date, FORMATS, power, t, useLanguage } from "../i18n.js";
import { QUARTER_S, toSeconds } from "../meter_time.js";
import { quarterBar } from "../quarter_bar.js";
import { QuarterSamples, SAMPLE_S } from "../quarter_samples.js";
import BAR_STYLE from "../quarter_bar.css";
import CHART_STYLE from "../../../node_modules/uplot/dist/uPlot.min.css";
import STYLE from "./quarter_card.css";

const TYPE = "p1-quarter-card";
const RETRY_MS = 5000;

/** @typedef {{device_id?: string, title?: string, chart?: boolean}} CardConfig */
/**
 * @typedef {object} QuarterMessage
 * @property {boolean} available
 * @property {string} name
 * @property {string | null} time
 * @property {number | null} power_import_w
 * @property {number | null} power_export_w
 * @property {import("../api_types.js").Quarter} quarter
 * @property {{id: number, imported: (number | null)[], exported: (number | null)[]} | null} [samples]
 */

// Define the card only after Home Assistant has defined its main element. A cached copy of this file may run before
// Home Assistant starts. At its start, Home Assistant replaces the browser's registry of custom elements. A card in the
// previous registry would not be found.
await customElements.whenDefined("home-assistant");

class QuarterCard extends HTMLElement {
  constructor() {
    super();
    this.attachShadow({ mode: "open" });
    this.config = /** @type {CardConfig} */ ({});
    this.samples = new QuarterSamples();
    this.shownAdvice = { id: /** @type {number | null} */ (null), headroom: 0 };
    this.latest = /** @type {QuarterMessage | null} */ (null);
    this.subscription = /** @type {Promise<() => void> | null} */ (null);
    this.connection = /** @type {any} */ (null);
    this.retryTimer = 0;
    this.resubscribe = () => {
      clearTimeout(this.retryTimer);
      this.subscription = null;
      this.subscribe();
    };
    this.showStale = () => this.latest && this.show({ ...this.latest, available: false });
    this.themes = /** @type {unknown} */ (null);
    this.lastTime = /** @type {string | null} */ (null);
    this.chart = /** @type {{show: () => void, destroy: () => void} | null} */ (null);
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
    const entities = /** @type {any[]} */ (Object.values(hass.entities ?? {}));
    return { device_id: entities.find(({ platform }) => platform === "p1_monitor")?.device_id ?? "" };
  }

  getGridOptions() {
    return { columns: 12, min_columns: 6, min_rows: 3 };
  }

  getCardSize() {
    return this.config.chart === false ? 3 : 7;
  }

  /** @param {CardConfig} config */
  setConfig(config) {
    const isOtherDevice = config.device_id !== this.config.device_id;
    this.config = config;
    if (isOtherDevice) this.unsubscribe();
    if (this.bar) this.render();
    this.subscribe();
  }

  /** @param {any} hass */
  set hass(hass) {
    this.homeAssistant = hass;
    useLanguage(hass.locale?.language ?? hass.language ?? "en");
    if (!this.bar) this.render();
    if (this.themes && this.themes !== hass.themes) dispatchEvent(new Event("p1-theme"));
    this.themes = hass.themes;
    this.subscribe();
  }

  connectedCallback() {
    if (this.homeAssistant && !this.chart) this.render();
    this.subscribe();
  }

  disconnectedCallback() {
    this.unsubscribe();
    this.chart?.destroy();
    this.chart = null;
  }

  subscribe() {
    if (this.subscription || !this.homeAssistant || !this.isConnected) return;
    const { connection } = this.homeAssistant;
    const command = {
      type: "p1_monitor/quarter/subscribe",
      ...(this.config.device_id && { device_id: this.config.device_id }),
    };
    // Home Assistant accepts connections before it knows this command. Therefore the card subscribes again some seconds
    // after Home Assistant has refused the command.
    const subscription = connection.subscribeMessage(
      (/** @type {QuarterMessage} */ message) => this.receive(message), command, { resubscribe: false });
    this.subscription = subscription;
    subscription.catch(() => {
      if (this.subscription !== subscription) return;
      this.show(null);
      this.retryTimer = setTimeout(this.resubscribe, RETRY_MS);
    });
    if (this.connection) return;
    this.connection = connection;
    connection.addEventListener("ready", this.resubscribe);
    connection.addEventListener("disconnected", this.showStale);
  }

  unsubscribe() {
    clearTimeout(this.retryTimer);
    this.connection?.removeEventListener("ready", this.resubscribe);
    this.connection?.removeEventListener("disconnected", this.showStale);
    this.connection = null;
    this.subscription?.then((stop) => stop()).catch(() => {});
    this.subscription = null;
    this.latest = null;
    this.lastTime = null;
    this.samples = new QuarterSamples();
  }

  /** @param {QuarterMessage} message */
  receive(message) {
    const { quarter, samples, time } = message;
    if (samples && samples.id === quarter.id) this.samples.seed(samples.id, samples.imported, samples.exported);
    if (quarter.id !== null && quarter.elapsed_s !== null && time !== this.lastTime) {
      this.lastTime = time;
      this.samples.add(quarter.id, quarter.elapsed_s, message.power_import_w ?? 0, message.power_export_w ?? 0);
    }
    this.show(message);
  }

  render() {
    this.chart?.destroy();
    this.bar = quarterBar();
    this.heading = element("h2");
    this.timeLeft = element("span", { class: "soft" });
    this.figure = element("span", { class: "figure" });
    this.badge = element("span", { class: "badge" });
    this.adviceLine = element("p", { class: "advice" });
    this.readout = element("p", { class: "readout" });
    const host = element("div", { class: "chart" });
    const content = element("div", { class: "body" },
      element("div", { class: "row" }, this.heading, this.timeLeft),
      element("div", { class: "row" }, this.figure, this.badge),
      this.adviceLine, this.bar.root, this.config.chart !== false && this.readout, this.config.chart !== false && host);
    const card = document.createElement("ha-card");
    card.append(content);
    const style = element("style", {}, CHART_STYLE, BAR_STYLE, STYLE);
    if (this.shadowRoot) fill(/** @type {any} */ (this.shadowRoot), style, card);
    this.chart = this.config.chart === false || !this.isConnected ? null : this.drawChart(host);
    this.show(this.latest);
  }

  /** @param {HTMLElement} host */
  drawChart(host) {
    return chart(host, {
      kind: "line",
      label: t("liveChart"),
      imported: () => this.samples.imported,
      exported: () => this.samples.exported,
      target: () => this.latest?.quarter.target_w ?? null,
      unit: 1000,
      tick: (index) => date(this.timeOf(index), FORMATS.time),
      every: 60,
      onPoint: (index) => this.readout && setText(this.readout, index === null ? "" : this.pointText(index)),
    });
  }

  /** @param {number} index */
  timeOf(index) {
    return (this.latest?.quarter.start ? toSeconds(this.latest.quarter.start) : 0) + index * SAMPLE_S;
  }

  /** @param {number} index */
  pointText(index) {
    const watts = this.samples.exported[index] ? -(this.samples.exported[index] ?? 0) : this.samples.imported[index];
    if (watts === null || watts === undefined) return "";
    return `${date(this.timeOf(index), FORMATS.second)} · ${amount(watts, "W")}`;
  }

  /** @param {QuarterMessage | null} message */
  show(message) {
    this.latest = message;
    if (!this.bar || !this.figure || !this.badge || !this.adviceLine || !this.heading || !this.timeLeft) return;
    this.toggleAttribute("stale", !message?.available);
    setText(this.heading, this.config.title || message?.name || "P1");
    const quarter = message?.quarter;
    if (!message || !quarter?.start || quarter.elapsed_s === null) {
      setText(this.adviceLine, t("waiting"));
      return;
    }
    const left = QUARTER_S - quarter.elapsed_s;
    setText(this.timeLeft, t("timeLeft", { time: `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` }));
    setText(this.figure, power(message.power_export_w ? -message.power_export_w : message.power_import_w));
    this.badge.dataset.level = level(quarter);
    setText(this.badge, t(LEVEL_WORDS[level(quarter)]));
    setText(this.adviceLine, message.available ? advice(quarter, this.shownAdvice) : t("lost"));
    this.bar.show(quarter);
    this.chart?.show();
  }
}

if (!customElements.get(TYPE)) {
  customElements.define(TYPE, QuarterCard);
  const registry = /** @type {any} */ (window);
  registry.customCards = registry.customCards ?? [];
  registry.customCards.push({
    type: TYPE,
    name: "P1 quarter",
    description: "Where the running quarter-hour is heading, and what may still be used",
    preview: true,
    documentationURL: "https://github.com/p1-monitor/p1-monitor/blob/main/docs/home-assistant.md",
  });
}
