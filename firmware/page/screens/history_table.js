/** Table with the values of a history chart, created when the reader opens the table. */

import { element } from "../dom.js";
import { hashOf, titleOf } from "../history_span.js";
import { amount, date, FORMATS, number, t } from "../i18n.js";
import { table } from "../table.js";

/** @typedef {import("../history_data.js").HistoryData} HistoryData */

/**
 * @param {import("../history_span.js").Span} span
 * @param {HistoryData} data
 */
export function historyTable(span, data) {
  const details = element("details", { class: "disclosure" }, element("summary", {}, t("asTable")));
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1) details.append(tableOf(span, data));
  });
  return details;
}

/**
 * @param {import("../history_span.js").Span} span
 * @param {HistoryData} data
 */
function tableOf(span, data) {
  /** @param {number} index */
  const rowName = (index) => {
    const link = data.links[index];
    return link ? element("a", { href: hashOf(link) }, data.labels[index]) : data.labels[index];
  };
  const indexes = data.labels.flatMap((_, index) => (data.imported[index] === null ? [] : [index]));
  if (data.unit === "W") {
    const heads = [t("time"), `${t("import")} (W)`, `${t("export")} (W)`];
    return table(titleOf(span), heads, indexes.map((index) =>
      [rowName(index), number(data.imported[index]), number(data.exported[index])]));
  }
  const rows = new Map(data.rows.map((row) => [row.day ?? row.month, row]));
  const heads = [
    t(span.kind === "month" ? "day" : "month"), t("import"), t("export"), t("highestQuarter"), t("gas"), t("water"),
  ];
  return table(titleOf(span), heads, indexes.map((index) => {
    const row = rows.get(data.links[index]?.name) ?? {};
    return [
      rowName(index), amount(row.import_kwh, "kWh", 2), amount(row.export_kwh, "kWh", 2),
      row.peak_start ? `${number(row.peak_w / 1000, 2)} kW, ${date(row.peak_start, FORMATS.moment)}` : "–",
      amount(row.gas_m3, "m³", 2), amount(row.water_m3, "m³", 3),
    ];
  }));
}
