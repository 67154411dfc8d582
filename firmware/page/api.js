/**
 * Requests to the device, one at a time: with the live stream, a page holds at most two of its five connections.
 * A page served from its sources can look at any device: `?device=ADDRESS`.
 */

import { keep, kept } from "./local_storage.js";

const LIMIT_MS = 15_000;

/** Where the device is: "" is where the page came from. */
export const BASE = DEVELOPING
  ? `http://${new URLSearchParams(location.search).get("device") || "192.168.0.250"}`
  : "";

/** A reply that is a refusal, with the line that says why. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {string} why
   */
  constructor(status, why) {
    super(why);
    this.status = status;
  }
}

/** @type {Promise<unknown>} */
let last = Promise.resolve();

/**
 * The header that lets in who has signed in; none to another origin, which the device does not take it from.
 * @returns {Record<string, string>}
 */
export function credentials() {
  const token = BASE ? "" : kept("token");
  return token ? { Authorization: `Bearer ${token}` } : {};
}

/** Whether somebody has signed in here, as far as this browser knows. */
export function isSignedIn() {
  return kept("token") !== "";
}

/**
 * The reply to a request. Refused when it is one; TypeError or TimeoutError when none comes. A request whose signal
 * was aborted before its turn is not sent.
 * @param {string} path
 * @param {{method?: string, body?: object, signal?: AbortSignal}} [options]
 * @returns {Promise<Response>}
 */
export function ask(path, { method = "GET", body, signal } = {}) {
  const mine = last.then(async () => {
    signal?.throwIfAborted();
    const reply = await fetch(BASE + path, {
      method,
      headers: credentials(),
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(LIMIT_MS),
      cache: "no-store",
    });
    // All of it before the next request: the connection is used until then.
    const text = await reply.text();
    if (reply.status === 401 && isSignedIn() && path !== "/api/session") keep("token", "");
    if (!reply.ok) throw new Refused(reply.status, text);
    return new Response(text);
  });
  last = mine.catch(() => {});
  return mine;
}

/**
 * @param {string} path
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export async function askJson(path, signal) {
  return (await ask(path, { signal })).json();
}

/**
 * Change something. What the device answers, as JSON.
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<any>}
 */
export async function change(method, path, body) {
  return (await ask(path, { method, body: body ?? (method === "POST" ? {} : undefined) })).json();
}

/**
 * Sign in, for half a day or until the device restarts.
 * @param {string} password
 */
export async function signIn(password) {
  keep("token", (await change("POST", "/api/session", { password })).token);
}
