/**
 * Requests to the device, one at a time: with the live stream, a page holds at most two of its five connections.
 * A page served from its sources can look at any device: `?device=ADDRESS`.
 */

import { getStored, setStored } from "./local_storage.js";

const TIMEOUT_MS = 15_000;

/** Where the device is: "" is where the page came from. */
export const BASE_URL = DEVELOPING
  ? `http://${new URLSearchParams(location.search).get("device") || "192.168.0.250"}`
  : "";

/** A reply that is a refusal, with the line that says why. */
export class ApiError extends Error {
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
let previous = Promise.resolve();

/**
 * The header that lets in who has signed in; none to another origin, which the device does not take it from.
 * @returns {Record<string, string>}
 */
export function authHeaders() {
  const token = BASE_URL ? "" : getStored("token");
  return token ? { Authorization: `Bearer ${token}` } : {};
}

/** Whether somebody has signed in here, as far as this browser knows. */
export function isSignedIn() {
  return getStored("token") !== "";
}

/**
 * The reply to a request. Refused when it is one; TypeError or TimeoutError when none comes. A request whose signal
 * was aborted before its turn is not sent.
 * @param {string} path
 * @param {{method?: string, body?: object, signal?: AbortSignal}} [options]
 * @returns {Promise<Response>}
 */
export function request(path, { method = "GET", body, signal } = {}) {
  const turn = previous.then(async () => {
    signal?.throwIfAborted();
    const reply = await fetch(BASE_URL + path, {
      method,
      headers: authHeaders(),
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
      cache: "no-store",
    });
    // All of it before the next request: the connection is used until then.
    const text = await reply.text();
    if (reply.status === 401 && isSignedIn() && path !== "/api/session") setStored("token", "");
    if (!reply.ok) throw new ApiError(reply.status, text);
    return new Response(text);
  });
  previous = turn.catch(() => {});
  return turn;
}

/**
 * @param {string} path
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export async function getJson(path, signal) {
  return (await request(path, { signal })).json();
}

/**
 * Change something. What the device answers, as JSON.
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<any>}
 */
export async function sendJson(method, path, body) {
  return (await request(path, { method, body: body ?? (method === "POST" ? {} : undefined) })).json();
}

/**
 * Sign in, for half a day or until the device restarts.
 * @param {string} password
 */
export async function signIn(password) {
  setStored("token", (await sendJson("POST", "/api/session", { password })).token);
}
