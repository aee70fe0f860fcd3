// The one error class, and what each code means. tests/contract/ holds the list equal to Rust,
// index.d.ts and the README.

// code: [phase, turn, retryable, sentence]
const CODES = {
  config_invalid: ["config", "developer", false, "The sign-in is configured wrongly."],
  unsupported_environment: ["config", "developer", false, "Sign-in needs a browser page on https or localhost."],
  wasm_blocked: ["load", "developer", false, "The Content Security Policy must allow 'wasm-unsafe-eval' in script-src."],
  wasm_load_failed: ["load", "wait", true, "The sign-in module could not be loaded."],
  request_invalid: ["request", "developer", false, "This sign-in request cannot be sent."],
  discovery_invalid: ["request", "developer", false, "The provider's metadata is not usable."],
  storage_unavailable: ["request", "person", false, "The browser keeps no data for this page. Allow it, or leave private mode."],
  popup_blocked: ["request", "person", true, "The browser opened no sign-in window. Allow pop-ups, or click again."],
  interrupted: ["request", "person", true, "The sign-in was left before it was complete."],
  callback_invalid: ["callback", "person", false, "This answers no sign-in of this browser. Sign in again."],
  access_denied: ["callback", "person", false, "The sign-in was cancelled or refused at the login page."],
  login_required: ["callback", "person", false, "The provider wants to see the login page first."],
  provider_refused: ["callback", "provider", false, "The provider refused the sign-in."],
  network_failed: ["tokens", "wait", true, "The provider could not be reached: offline, or not in the page's connect-src."],
  request_timeout: ["tokens", "wait", true, "The provider did not answer in time."],
  provider_unavailable: ["tokens", "wait", true, "The provider has a problem of its own."],
  rate_limited: ["tokens", "wait", true, "The provider is asked too often just now."],
  request_blocked: ["tokens", "provider", false, "A firewall blocked the request."],
  grant_refused: ["tokens", "person", false, "The sign-in has expired or was used already. Sign in again."],
  client_refused: ["tokens", "developer", false, "The provider does not accept this app: client, redirect URI or scopes."],
  tokens_invalid: ["tokens", "provider", false, "The provider's token response is not usable."],
  id_token_invalid: ["id_token", "provider", false, "The identity that came back does not pass the checks."],
  keys_unavailable: ["keys", "wait", true, "The provider's keys could not be loaded."],
  keys_invalid: ["keys", "provider", false, "The provider's key set is not usable."],
  userinfo_invalid: ["session", "provider", false, "The provider's userinfo is not usable."],
  sign_in_required: ["session", "person", false, "Nobody is signed in."],
  refresh_busy: ["session", "wait", true, "Another tab is renewing the sign-in."],
  not_ready: ["session", "developer", false, "Wait for ready() first."],
  internal: ["any", "developer", false, "A bug in gatepass. Please report it."],
};

/** The codes of another door. */
export const addCodes = (codes) => Object.assign(CODES, codes);

export class GatepassError extends Error {
  constructor(code, details = {}, cause) {
    const [phase, turn, retryable, sentence] = CODES[code];
    const which = details.option ? ` Option "${details.option}": ${details.rule}.` : "";
    super(sentence + which, cause === undefined ? undefined : { cause });
    Object.assign(this, { name: "GatepassError", code, phase, retryable, turn, details: Object.freeze(details) });
  }
}

// By name, not by class: pages carry two copies of a package, and frames have their own classes.
export const isGatepassError = (e) => e?.name === "GatepassError" && typeof e.code === "string";

const isCode = (code) => Object.hasOwn(CODES, code);

/** Whatever was thrown becomes a GatepassError: the core's plain object, or a bug. */
export function toGatepassError(thrown) {
  if (isGatepassError(thrown)) return thrown;
  if (!isCode(thrown?.code)) return new GatepassError("internal", {}, thrown);
  const { code, rule, option, status, error, description } = thrown;
  const details = {};
  if (rule) details.rule = rule;
  if (option) details.option = option;
  if (status) details.status = status;
  if (error) details.provider = Object.freeze(description ? { error, description } : { error });
  return new GatepassError(code, details);
}
