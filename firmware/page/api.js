/**
 * Client for the device's HTTP API. The client sends one request at a time. Therefore the page, with its live stream,
 * uses at most two of the device's five connections. If esbuild serves the page (scripts/develop), `?device=ADDRESS` in
 * the page's URL selects the device.
 */

import { getStored, setStored } from "./local_storage.js";

const TIMEOUT_MS = 15_000;

/** Base URL of the device; "" if the device served this page. */
export const BASE_URL = DEVELOPING
  ? `http://${new URLSearchParams(location.search).get("device") || "192.168.0.250"}`
  : "";

/** Error for a request that the device refused. `message` is the text of the device's reply, and gives the reason. */
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
 * Return the Authorization header with this browser's token; {} without a sign-in. A page that esbuild served sends no
 * token, because the device accepts no token from the page of another site.
 * @returns {Record<string, string>}
 */
export function authHeaders() {
  const token = BASE_URL ? "" : getStored("token");
  return token ? { Authorization: `Bearer ${token}` } : {};
}

/** True if this browser stores a token. The device may no longer accept this token. */
export function isSignedIn() {
  return getStored("token") !== "";
}

/**
 * Send a request after all earlier requests have ended, and return the reply. ApiError if the device refuses the
 * request. TypeError if the device cannot be reached. AbortError if no reply comes within 15 s, or if `signal` is
 * aborted before the request is sent.
 * @param {string} path
 * @param {{method?: string, body?: object, signal?: AbortSignal}} [options]
 * @returns {Promise<Response>}
 */
export function request(path, { method = "GET", body, signal } = {}) {
  const turn = previous.then(async () => {
    if (signal?.aborted) throw new DOMException("", "AbortError");
    const reply = await fetch(BASE_URL + path, {
      method,
      headers: authHeaders(),
      body: body && JSON.stringify(body),
      signal: timeout(TIMEOUT_MS),
      cache: "no-store",
    });
    // Read the whole reply before the next request is sent, because an unread reply keeps its connection open.
    const text = await reply.text();
    if (reply.status === 401 && isSignedIn() && path !== "/api/session") setStored("token", "");
    if (!reply.ok) throw new ApiError(reply.status, text);
    return new Response(text);
  });
  previous = turn.catch(() => {});
  return turn;
}

/**
 * Return a signal that aborts a request after `ms` milliseconds. The oldest supported browsers have no
 * AbortSignal.timeout().
 * @param {number} ms
 */
function timeout(ms) {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), ms);
  return stop.signal;
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
 * Send a request with a JSON body and return the reply's JSON.
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<any>}
 */
export async function sendJson(method, path, body) {
  return (await request(path, { method, body: body ?? (method === "POST" ? {} : undefined) })).json();
}

/**
 * Store the token of a session. The token is valid for 12 hours or until the device restarts.
 * @param {string} token
 * @param {boolean} stays false to remove the token when the browser's tab is closed, true to keep the token longer
 */
export function storeToken(token, stays) {
  setStored("token", token, stays);
}

/**
 * End the session, and remove the session's token from this browser. If the device does not answer, the session ends
 * later: after its 12 hours, or when the device restarts.
 */
export async function signOut() {
  await sendJson("DELETE", "/api/session").catch(() => {});
  setStored("token", "");
}
