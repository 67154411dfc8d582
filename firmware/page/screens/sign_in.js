/** Sign-in dialog. It asks for the device's password or for presses of BOOT, and sets the first password. */

import { ApiError, BASE_URL, getJson, isSignedIn, sendJson, storeToken } from "../api.js";
import { times } from "../access_notice.js";
import { element, fill, setText } from "../dom.js";
import { errorText } from "../error_text.js";
import { t } from "../i18n.js";

const POLL_MS = 1_500;
const DONE = "done";

/**
 * Call an action that needs a sign-in. If the reader is not signed in, or the device replies with 401, show the sign-in
 * dialog, then call the action (again). Return the action's result; null if the reader cancels the sign-in.
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
  const dialog = element("dialog", { "aria-labelledby": "dialog-title" });
  document.body.append(dialog);
  dialog.showModal();
  if (isSet) showPassword(dialog, true);
  else showBoot(dialog, false, false);
  await new Promise((closed) => dialog.addEventListener("close", closed, { once: true }));
  dialog.remove();
  return dialog.returnValue === DONE;
}

/**
 * True if the device has a password. A device without a password sends its settings to everybody. Therefore a device
 * that refuses to send its settings has a password.
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
 * Show the form for the password, or for a new password if the device has no password.
 * @param {HTMLDialogElement} dialog
 * @param {boolean} isSet
 */
function showPassword(dialog, isSet) {
  const title = t(isSet ? "signIn" : "setPassword");
  const field = element("input", {
    type: "password", id: "password", required: true, maxlength: "64", minlength: isSet ? null : "8",
    autocomplete: isSet ? "current-password" : "new-password",
  });
  const stay = element("input", { type: "checkbox", id: "stay" });
  const errorLine = element("p", { class: "warning", role: "alert" });
  const submitButton = element("button", { class: "primary" }, title);
  /** @param {Event} event */
  const submit = async (event) => {
    event.preventDefault();
    submitButton.disabled = true;
    setText(errorLine, "");
    try {
      const password = field.value;
      if (!isSet) await sendJson("PATCH", "/api/config", { access: { password } });
      isSet = true;
      storeToken((await sendJson("POST", "/api/session", { password })).token, stay.checked);
      dialog.close(DONE);
    } catch (error) {
      const isWrong = error instanceof ApiError && error.status === 401;
      setText(errorLine, isWrong ? t("wrongPassword") : errorText(error));
      field.select();
    }
    submitButton.disabled = false;
  };
  const useBoot = () => showBoot(dialog, true, stay.checked);
  fill(dialog, element("form", { onsubmit: submit },
    element("h2", { id: "dialog-title" }, title),
    isSet && element("p", { class: "soft" }, t("whySignIn")),
    element("label", { for: "password" }, t("password")), field,
    element("div", { class: "field check" }, stay, element("label", { for: "stay" }, t("stay"))),
    errorLine,
    element("p", { class: "buttons" },
      submitButton,
      isSet && element("button", { type: "button", onclick: useBoot }, t("useBoot")),
      cancelButton(dialog))));
  field.focus();
}

/**
 * Ask the device for a session by BOOT, and show how many presses approve this ask. After the approval, show the form
 * for the first password if the device has no password.
 * @param {HTMLDialogElement} dialog
 * @param {boolean} isSet
 * @param {boolean} stays true if the session should outlast the browser's tab
 */
async function showBoot(dialog, isSet, stays) {
  const status = element("div", { role: "status" });
  const buttons = element("p", { class: "buttons" }, cancelButton(dialog));
  fill(dialog, element("div", {},
    element("h2", { id: "dialog-title" }, t(isSet ? "signIn" : "setPassword")), status, buttons));
  dialog.querySelector("button")?.focus();
  try {
    const ask = await sendJson("POST", "/api/session");
    fill(status,
      element("p", { class: "presses" }, t("pressBoot", { times: times(ask.presses) })),
      element("p", { class: "digits" }, ask.digits),
      element("p", { class: "soft" }, t("pressHow")));
    const token = await approvedToken(ask.ticket, dialog);
    if (!token) return;
    storeToken(token, stays);
    if (isSet) dialog.close(DONE);
    else showPassword(dialog, false);
  } catch (error) {
    const isOver = error instanceof ApiError && error.status === 410;
    fill(status, element("p", { class: "warning" }, isOver ? t("askOver") : errorText(error)));
    const again = element("button", { class: "primary", onclick: () => showBoot(dialog, isSet, stays) }, t("again"));
    buttons.prepend(again);
    again.focus();
  }
}

/**
 * Repeat an ask until the device returns a token, and return this token. Return null if the reader closes the dialog.
 * ApiError with status 410 if the device has ended the ask.
 * @param {string} ticket
 * @param {HTMLDialogElement} dialog
 * @returns {Promise<string | null>}
 */
async function approvedToken(ticket, dialog) {
  for (;;) {
    await new Promise((done) => setTimeout(done, POLL_MS));
    if (!dialog.open) return null;
    try {
      const { token } = await sendJson("POST", "/api/session", { ticket });
      if (token && dialog.open) return token;
    } catch (error) {
      // Only a reply with status 410 ends the ask. After another error, try again: the device may only be busy, or
      // may be restarting.
      if (error instanceof ApiError && error.status === 410) throw error;
    }
  }
}

/** @param {HTMLDialogElement} dialog */
function cancelButton(dialog) {
  return element("button", { type: "button", onclick: () => dialog.close() }, t("cancel"));
}
