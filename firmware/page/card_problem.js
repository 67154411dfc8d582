/** Text that explains to the reader why the device cannot use its card. */

import { t } from "./i18n.js";

/** @param {import("./api_types.js").Device["card"]} card */
export function cardProblem({ state, format }) {
  if (state === "absent") return t("noCard");
  if (format === "blank") return t("blankCard");
  return format ? t("foreignCard", { format }) : t("badCard");
}
