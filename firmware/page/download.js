/** Download of rows as a CSV or JSON file. */

import { element } from "./dom.js";

/**
 * @param {string} name without extension
 * @param {Record<string, any>[]} rows objects that all have the same keys
 * @param {"csv" | "json"} kind
 */
export function download(name, rows, kind) {
  const text = kind === "json" ? `${JSON.stringify(rows, null, 1)}\n` : csv(rows);
  const type = kind === "json" ? "application/json" : "text/csv";
  const link = element("a", { href: URL.createObjectURL(new Blob([text], { type })), download: `${name}.${kind}` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** @param {Record<string, any>[]} rows */
function csv(rows) {
  const keys = Object.keys(rows[0] ?? {});
  const lines = [keys, ...rows.map((row) => keys.map((key) => row[key] ?? ""))];
  return lines.map((cells) => `${cells.join(",")}\r\n`).join("");
}
