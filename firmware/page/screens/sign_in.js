/** Asking for the password, when something is to be changed; the first time, for one to be set. */

import { askJson, BASE, change, isSignedIn, Refused, signIn } from "../api.js";
import { element, say } from "../dom.js";
import { t } from "../i18n.js";

/**
 * Do something that wants a sign-in, and ask for that first where it is needed. The action's result; null when the
 * reader goes back.
 * @template Result
 * @param {() => Promise<Result>} action
 * @returns {Promise<Result | null>}
 */
export async function signedIn(action) {
  for (;;) {
    if (isSignedIn()) {
      try {
        return await action();
      } catch (error) {
        if (!(error instanceof Refused) || error.status !== 401) throw error;
      }
    }
    if (!(await askPassword())) return null;
  }
}

/** Whether somebody signed in. */
export async function askPassword() {
  if (BASE) {
    alert(t("otherDevice"));
    return false;
  }
  const isSet = await hasPassword();
  const field = element("input", { type: "password", id: "password", required: true, maxlength: "64", minlength: isSet ? null : "8",
    autocomplete: isSet ? "current-password" : "new-password" });
  const wrong = element("p", { class: "warning", role: "alert" });
  const go = element("button", { class: "go" }, t(isSet ? "signIn" : "setPassword"));
  const dialog = element("dialog", { "aria-labelledby": "dialog-title" },
    element("form", { method: "dialog" },
      element("h2", { id: "dialog-title" }, t(isSet ? "signIn" : "setPassword")),
      element("p", { class: "soft" }, t(isSet ? "whySignIn" : "whySetPassword")),
      element("label", { for: "password" }, t("password")), field, wrong,
      element("p", { class: "buttons" }, go, element("button", { type: "button", onclick: () => dialog.close() }, t("cancel")))));
  document.body.append(dialog);
  dialog.showModal();
  let done = false;
  dialog.querySelector("form")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    go.disabled = true;
    say(wrong, "");
    try {
      if (!isSet) await change("PATCH", "/api/config", { access: { password: field.value } });
      await signIn(field.value);
      done = true;
      dialog.close();
    } catch (error) {
      say(wrong, words(error, isSet));
      field.select();
    }
    go.disabled = false;
  });
  await new Promise((closed) => dialog.addEventListener("close", closed, { once: true }));
  dialog.remove();
  return done;
}

/** Whether the device has a password; where its settings are closed to readers, it has. */
async function hasPassword() {
  try {
    return Boolean((await askJson("/api/config")).access.has_password);
  } catch {
    return true;
  }
}

/**
 * @param {unknown} error
 * @param {boolean} isSet
 */
function words(error, isSet) {
  if (!(error instanceof Refused)) return t("noAnswer");
  if (error.status === 401) return t(isSet ? "wrongPassword" : "pressBoot");
  if (error.status === 429) return t("tooSoon", { count: /\d+/.exec(error.message)?.[0] ?? "60" });
  return error.message;
}
