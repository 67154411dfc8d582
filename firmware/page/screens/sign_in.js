/** Sign-in dialog. It asks for the device's password, or for a new password if the device has none. */

import { ApiError, BASE_URL, getJson, isSignedIn, sendJson, signIn } from "../api.js";
import { element, setText } from "../dom.js";
import { t } from "../i18n.js";

/**
 * Call an action that needs a sign-in, and ask for the password first if necessary. Return the action's result; null if
 * the reader cancels.
 * @template Result
 * @param {() => Promise<Result>} action
 * @returns {Promise<Result | null>}
 */
export async function withSignIn(action) {
  for (;;) {
    if (isSignedIn()) {
      try {
        return await action();
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 401) throw error;
      }
    }
    if (!(await askPassword())) return null;
  }
}

/**
 * Show the sign-in dialog. Return true if the reader signs in, false otherwise. Errors of request() are thrown, for
 * example if the device does not answer.
 */
export async function askPassword() {
  if (BASE_URL) {
    alert(t("otherDevice"));
    return false;
  }
  const isSet = await hasPassword();
  const field = element("input", {
    type: "password", id: "password", required: true, maxlength: "64", minlength: isSet ? null : "8",
    autocomplete: isSet ? "current-password" : "new-password",
  });
  const errorLine = element("p", { class: "warning", role: "alert" });
  const submitButton = element("button", { class: "primary" }, t(isSet ? "signIn" : "setPassword"));
  const dialog = element("dialog", { "aria-labelledby": "dialog-title" },
    element("form", { method: "dialog" },
      element("h2", { id: "dialog-title" }, t(isSet ? "signIn" : "setPassword")),
      element("p", { class: "soft" }, t(isSet ? "whySignIn" : "whySetPassword")),
      element("label", { for: "password" }, t("password")), field, errorLine,
      element("p", { class: "buttons" },
        submitButton, element("button", { type: "button", onclick: () => dialog.close() }, t("cancel")))));
  document.body.append(dialog);
  dialog.showModal();
  let hasSignedIn = false;
  dialog.querySelector("form")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    submitButton.disabled = true;
    setText(errorLine, "");
    try {
      if (!isSet) await sendJson("PATCH", "/api/config", { access: { password: field.value } });
      await signIn(field.value);
      hasSignedIn = true;
      dialog.close();
    } catch (error) {
      setText(errorLine, errorText(error, isSet));
      field.select();
    }
    submitButton.disabled = false;
  });
  await new Promise((closed) => dialog.addEventListener("close", closed, { once: true }));
  dialog.remove();
  return hasSignedIn;
}

/**
 * True if the device has a password. If the device refuses to send its settings, it has a password, because a device
 * without a password sends them to everybody.
 */
async function hasPassword() {
  try {
    return Boolean((await getJson("/api/config")).access.has_password);
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return true;
    throw error;
  }
}

/**
 * @param {unknown} error
 * @param {boolean} isSet
 */
function errorText(error, isSet) {
  if (!(error instanceof ApiError)) return t("noAnswer");
  if (error.status === 401) return t(isSet ? "wrongPassword" : "pressBoot");
  if (error.status === 429) return t("tooSoon", { count: /\d+/.exec(error.message)?.[0] ?? "60" });
  return error.message;
}
