/** The problem of a card that the device cannot use, in words. */

import { t } from "./i18n.js";

/** @param {import("./api_types.js").Device["card"]} card */
export function cardProblem({ state, format }) {
  if (state === "absent") return t("noCard");
  if (format === "blank") return t("blankCard");
  return format ? t("foreignCard", { format }) : t("badCard");
}
