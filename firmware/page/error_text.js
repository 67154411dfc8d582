/** Text for a failed request. The texts for common failures are in the reader's language. */

import { ApiError } from "./api.js";
import { t } from "./i18n.js";

/** @param {unknown} error error that request() throws */
export function errorText(error) {
  if (!(error instanceof ApiError)) return t("noAnswer");
  if (error.status === 429) return t("tooSoon", { count: /\d+/.exec(error.message)?.[0] ?? "60" });
  // The device also answers 403 to a page from another site. In that case, return the text that the device sent.
  if (error.status === 403 && /kind|password/.test(error.message)) return t("ownerOnly");
  return error.message;
}
