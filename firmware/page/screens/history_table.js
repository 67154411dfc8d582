/** The table behind the chart of a span, filled when it is opened. */

import { element } from "../dom.js";
import { amount, date, HOW, number, t } from "../i18n.js";
import { table } from "../table.js";
import { address, title } from "../history_span.js";

/** @typedef {import("../history_data.js").Past} Past */

/**
 * @param {import("../history_span.js").Span} span
 * @param {Past} past
 */
export function pastTable(span, past) {
  const behind = element("details", { class: "behind" }, element("summary", {}, t("asTable")));
  behind.addEventListener("toggle", () => {
    if (behind.open && behind.childElementCount === 1) behind.append(made(span, past));
  });
  return behind;
}

/**
 * @param {import("../history_span.js").Span} span
 * @param {Past} past
 */
function made(span, past) {
  /** @param {number} at */
  const name = (at) => {
    const target = past.targets[at];
    return target ? element("a", { href: address(target) }, past.labels[at]) : past.labels[at];
  };
  const steps = past.labels.flatMap((_, at) => (past.imported[at] === null ? [] : [at]));
  if (past.unit === "W") {
    const heads = [t("time"), `${t("import")} (W)`, `${t("export")} (W)`];
    return table(title(span), heads, steps.map((at) => [name(at), number(past.imported[at]), number(past.exported[at])]));
  }
  const rows = new Map(past.rows.map((row) => [row.day ?? row.month, row]));
  const heads = [t(span.kind === "month" ? "day" : "month"), t("import"), t("export"), t("highestQuarter"), t("gas"), t("water")];
  return table(title(span), heads, steps.map((at) => {
    const row = rows.get(past.targets[at]?.at) ?? {};
    return [
      name(at), amount(row.import_kwh, "kWh", 2), amount(row.export_kwh, "kWh", 2),
      row.peak_start ? `${number(row.peak_w / 1000, 2)} kW, ${date(row.peak_start, HOW.moment)}` : "–",
      amount(row.gas_m3, "m³", 2), amount(row.water_m3, "m³", 3),
    ];
  }));
}
