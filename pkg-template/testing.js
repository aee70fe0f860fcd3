// A double for the tests of apps: no wasm, no network, no timers. Same snapshots, same errors.

import { CODES as AWS } from "./errors-aws.js";
import { CODES as OPENMETADATA } from "./errors-openmetadata.js";
import { CODES as SAML } from "./errors-saml.js";
import { GatepassError, addCodes } from "./errors.js";

const NOBODY = { status: "signedOut", reason: "never" };

export function createTestGatepass({ user, error } = {}) {
  for (const codes of [SAML, OPENMETADATA, AWS]) addCodes(codes);
  const listeners = new Set();
  const calls = [];
  let snapshot, failure;

  const set = (next) => {
    snapshot = Object.freeze(next);
    for (const listener of [...listeners]) listener();
    return snapshot;
  };
  const record = (name, ...args) => {
    calls.push([name, ...args]);
    if (failure) throw failure;
  };
  const signedIn = (who, seconds = 3600) => {
    const claims = { sub: "test-user", iss: "https://issuer.test", ...who.claims };
    const person = { id: claims.sub, issuer: claims.iss, groups: [], roles: [], attributes: {}, ...who, claims };
    return { status: "signedIn", via: "oidc", user: Object.freeze(person), expiresAt: new Date(Date.now() + seconds * 1000), stale: false };
  };
  const token = (name) => async ({ minValidity = 0 } = {}) => {
    record(name, { minValidity });
    const left = snapshot.status === "signedIn" ? (snapshot.expiresAt - Date.now()) / 1000 : 0;
    if (left > minValidity) return `test-${name === "getIdToken" ? "id" : "access"}-token`;
    throw new GatepassError("sign_in_required", { rule: left > 0 ? "min_validity" : (snapshot.reason ?? "expired") });
  };
  const leave = (name) => async (options) => {
    record(name, options);
    return new Promise(() => {}); // the real one leaves the page
  };

  const fake = {
    calls,
    async ready() {
      calls.push(["ready"]);
      return snapshot;
    },
    get snapshot() {
      return snapshot;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    signIn: leave("signIn"),
    async signInWithPopup(options) {
      record("signInWithPopup", options);
      return { snapshot: set(signedIn({})), returnTo: "/" };
    },
    startFrom: leave("startFrom"),
    async handleCallback(url) {
      record("handleCallback", url);
      return { snapshot, returnTo: "/" };
    },
    getAccessToken: token("getAccessToken"),
    getIdToken: token("getIdToken"),
    async getUserInfo() {
      record("getUserInfo");
      if (snapshot.status === "signedIn") return { ...snapshot.user.claims };
      throw new GatepassError("sign_in_required", { rule: snapshot.reason });
    },
    async fetch(...args) {
      record("fetch", ...args);
      return globalThis.fetch(...args); // without a token: mock it as the app's tests mock fetch
    },
    async samlResponse() {
      record("samlResponse");
      return "dGVzdA==";
    },
    async spMetadata() {
      record("spMetadata");
      return "<md:EntityDescriptor/>";
    },
    async awsCredentials(options) {
      record("awsCredentials", options);
      if (snapshot.status !== "signedIn") throw new GatepassError("sign_in_required", { rule: snapshot.reason });
      const keys = { accessKeyId: "ASIATEST", secretAccessKey: "test-secret", sessionToken: "test-session-token" };
      return { ...keys, identityId: "eu-central-1:test", expiration: new Date(Date.now() + 3_600_000) };
    },
    async signOut(options) {
      record("signOut", options);
      set({ status: "signedOut", reason: "signed_out" });
    },
    urls: {
      signUp: () => "https://issuer.test/signup",
      forgotPassword: () => "https://issuer.test/forgotPassword",
      addPasskey: () => "https://issuer.test/passkeys/add",
    },
    signInAs: (who = {}, seconds) => set(signedIn(who, seconds)),
    expire: (reason = "expired") => set({ status: "signedOut", reason }),
    fail(code, details) {
      failure = code && new GatepassError(code, details);
      if (failure) set({ ...(snapshot.status === "signedIn" ? snapshot : NOBODY), error: failure });
    },
  };
  set(user ? signedIn(user) : NOBODY);
  if (error) fake.fail(error);
  return fake;
}
