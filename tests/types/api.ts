// The contract as TypeScript sees it: what an app writes compiles, and what would be a mistake does
// not. Never run; `tsc --project tests/types` is the test.

import { createGatepass, GatepassError, init, isGatepassError } from "gatepass";
import type {
  CallbackResult,
  CognitoConfig,
  Gatepass,
  GatepassConfig,
  GatepassErrorCode,
  LogEntry,
  OidcConfig,
  SignedOutReason,
  SignInOptions,
  Snapshot,
  TokenOptions,
  TokenStorage,
  User,
} from "gatepass";
import { createTestGatepass } from "gatepass/testing";

// ── An app, as it should be written ──

const cognito: CognitoConfig = { userPoolId: "eu-central-1_AbCdEfGhI", clientId: "abc", domain: "my-app" };
const auth: Gatepass = createGatepass({ cognito });

const everything: GatepassConfig = {
  cognito: {
    ...cognito,
    region: "eu-west-1",
    endpoints: {
      issuer: "http://localhost:1",
      authorizationEndpoint: "http://localhost:1/a",
      tokenEndpoint: "http://localhost:1/t",
      jwksUri: "http://localhost:1/j",
      revocationEndpoint: "http://localhost:1/r",
      endSessionEndpoint: "http://localhost:1/l",
      userinfoEndpoint: "http://localhost:1/u",
      userPoolEndpoint: "http://localhost:1/",
    },
  },
  redirectUri: "/callback",
  logoutUri: "/",
  scopes: ["openid"] as const,
  name: "main",
  storage: "memory",
  apiOrigins: ["https://api.example"],
  bearer: "id",
  renew: "ahead",
  defaultRoles: ["reader"],
  onCallback: ({ snapshot, returnTo }) => console.log(snapshot.status, returnTo.length),
  onLog: ({ event, detail }: LogEntry) => console.log(event, detail ?? ""),
};
createGatepass(everything);

const store: TokenStorage = { get: (key) => sessionStorage.getItem(key), set: async () => {}, remove: () => {} };
const endpoints: OidcConfig["endpoints"] = {
  authorizationEndpoint: "https://id.example/a",
  tokenEndpoint: "https://id.example/t",
  jwksUri: "https://id.example/k",
  authorizationResponseIssParameterSupported: true,
};
createGatepass({ oidc: { issuer: "https://id.example", clientId: "abc" }, storage: store });
createGatepass({ oidc: { issuer: "https://id.example", clientId: "abc", endpoints } });
createGatepass({ openMetadata: {} });
createGatepass({ openMetadata: { server: "https://catalog.example", authenticationConfiguration: { provider: "aws-cognito" } }, name: "catalog" });
// @ts-expect-error one door
createGatepass({ openMetadata: {}, oidc: { issuer: "https://id.example", clientId: "abc" } });

async function start(): Promise<string> {
  await init();
  await init(new URL("/gatepass_bg.wasm", location.href));
  await init(await fetch("/gatepass_bg.wasm"));
  await init(new Uint8Array(8));
  await init(new WebAssembly.Module(new Uint8Array(8)));

  const snapshot = await auth.ready();
  if (snapshot.error?.retryable) await auth.handleCallback();
  switch (snapshot.status) {
    case "loading":
      return "…";
    case "signedOut":
      return greetings[snapshot.reason];
    case "signedIn": {
      const { user, expiresAt, via, stale } = snapshot;
      const groups: readonly string[] = [...user.groups, ...user.roles];
      const claim: unknown = user.claims["custom:department"];
      const door: "oidc" | "saml" = via;
      const problem: "claims" | "email" | "domain" | "email_verified" | undefined = user.principal?.problem;
      if (problem || user.isAdmin) console.log(problem, user.principal?.displayName);
      const departments: readonly string[] = user.attributes["department"] ?? [];
      return [user.id, user.issuer, user.name ?? user.email ?? "", expiresAt.toISOString(), String(claim), door, ...departments, stale ? "…" : "", ...groups].join();
    }
  }
}
const greetings: Record<SignedOutReason, string> = {
  never: "Hello",
  signed_out: "Goodbye",
  expired: "Welcome back",
  revoked: "Please sign in again",
  elsewhere: "Goodbye from the other tab",
};

// Every member may be passed around unbound, as useSyncExternalStore does.
function useStore<T>(subscribe: (changed: () => void) => () => void, get: () => T): T {
  return subscribe(() => {}), get();
}
const { ready, subscribe, signIn, handleCallback, startFrom, getAccessToken, getIdToken, getUserInfo, signInWithPopup, signOut, samlResponse, spMetadata, urls } =
  auth;
const fetchWithToken: typeof fetch = auth.fetch;
const current: Snapshot = useStore(subscribe, () => auth.snapshot);
const user: User | undefined = current.status === "signedIn" ? current.user : undefined;

async function everyMethod(): Promise<void> {
  const options: SignInOptions = {
    returnTo: "/",
    identityProvider: "COGNITO",
    loginHint: "ada@example.com",
    lang: "de",
    prompt: "login",
    resource: "https://api.example",
    maxAge: 300,
    acrValues: "phr phrh",
    extraParams: { ui: "dark" },
  };
  const result: CallbackResult = await handleCallback();
  await handleCallback("https://app.example/callback?code=a");
  const minValidity: TokenOptions = { minValidity: 60 };
  const tokens: string[] = [await getAccessToken(), await getAccessToken(minValidity), await getIdToken(minValidity)];
  const links: string[] = [urls.signUp(), urls.forgotPassword(), urls.addPasskey(), result.returnTo, ...tokens];
  console.log(links, user, (await ready()).error?.message);
  const xml: string[] = [await spMetadata(), await samlResponse()];
  console.log(xml);
  await signOut();
  await signOut({ scope: "local" });
  await signOut({ everywhere: true });
  const popup: CallbackResult = await signInWithPopup({ returnTo: "/" });
  const email: unknown = (await getUserInfo())["email"];
  const response: Response = await fetchWithToken("https://api.example/me", { method: "POST", body: String(email) + popup.returnTo });
  console.log(response.ok);
  await startFrom(location.href);
  await startFrom(new URL(location.href));
  await signIn(options);
}

// A page that has left does not come back: nothing after it is reached.
async function leaves(): Promise<never> {
  return auth.signIn();
}

// `switch (error.code)` is exhaustive: a new code is a compile error here, and in the apps that do so.
function explain(error: unknown): string {
  if (!isGatepassError(error)) throw error;
  const { code, phase, retryable, turn, details, message, cause } = error;
  console.log(phase, retryable, turn, details.rule, details.option, details.status, details.provider?.description, message, cause);
  switch (code) {
    case "config_invalid":
    case "unsupported_environment":
    case "wasm_blocked":
    case "request_invalid":
    case "discovery_invalid":
    case "client_refused":
    case "not_ready":
    case "internal":
    case "metadata_invalid":
    case "worker_unavailable":
    case "sign_in_loop":
      return "developer";
    case "wasm_load_failed":
    case "network_failed":
    case "request_timeout":
    case "provider_unavailable":
    case "rate_limited":
    case "keys_unavailable":
    case "refresh_busy":
      return "wait";
    case "storage_unavailable":
    case "popup_blocked":
    case "interrupted":
    case "callback_invalid":
    case "access_denied":
    case "login_required":
    case "grant_refused":
    case "sign_in_required":
    case "message_invalid":
    case "idp_initiated_refused":
      return "person";
    case "provider_refused":
    case "request_blocked":
    case "tokens_invalid":
    case "id_token_invalid":
    case "keys_invalid":
    case "userinfo_invalid":
    case "signature_invalid":
    case "assertion_invalid":
    case "assertion_encrypted":
    case "aws_refused":
      return "provider";
    default:
      return nothingElse(code);
  }
}
const nothingElse = (code: never): string => code;
const asClass = (error: unknown): GatepassErrorCode | undefined => (error instanceof GatepassError ? error.code : undefined);

// The double goes wherever the real one does.
const double: Gatepass = createTestGatepass({ user: { name: "Ada" } });

// ── Mistakes that do not compile ──

// @ts-expect-error: scopes belong to the other doors
createGatepass({ saml: { idp: { metadata: "" }, sp: { entityId: "a", acsUrl: "/saml/acs" } }, scopes: ["openid"] });
// @ts-expect-error: a private key has no place in a page
createGatepass({ saml: { idp: { metadata: "" }, sp: { entityId: "a", acsUrl: "/saml/acs", sign: "-----BEGIN PRIVATE KEY-----" } } });
// @ts-expect-error: a configuration is required
createGatepass();
// @ts-expect-error: and a provider in it
createGatepass({});
// @ts-expect-error: which needs a client
createGatepass({ cognito: { userPoolId: "eu-central-1_a", domain: "b" } });
// @ts-expect-error: an unknown option
createGatepass({ cognito, redirectURI: "/callback" });
// @ts-expect-error: a secret has no place in a page
createGatepass({ cognito: { ...cognito, clientSecret: "s" } });
// @ts-expect-error: no such store
createGatepass({ cognito, storage: "cookie" });
// @ts-expect-error: one door for each client
createGatepass({ cognito, oidc: { issuer: "https://id.example", clientId: "abc" } });
// @ts-expect-error: a store must be able to forget
createGatepass({ cognito, storage: { get: () => null, set: () => {} } });
// @ts-expect-error: endpoints given are given whole
createGatepass({ oidc: { issuer: "https://id.example", clientId: "abc", endpoints: { tokenEndpoint: "https://id.example/t" } } });
// @ts-expect-error: seconds
auth.signIn({ maxAge: "300" });
// @ts-expect-error: scopes are a list
createGatepass({ cognito, scopes: "openid email" });
// @ts-expect-error: an unknown sign-in option
auth.signIn({ redirectUri: "/" });
// @ts-expect-error: parameters are texts
auth.signIn({ extraParams: { max_age: 0 } });
// @ts-expect-error: no such scope
auth.signOut({ scope: "everywhere" });
// @ts-expect-error: seconds are a number
auth.getAccessToken({ minValidity: "60" });
// @ts-expect-error: the snapshot is read, never written
auth.snapshot = current;
// @ts-expect-error: nor what is in it
current.status = "signedOut";
// @ts-expect-error: nobody is there before the status says so
current.user.id;
// @ts-expect-error: a token is a promise
auth.getAccessToken().length;
// @ts-expect-error: hosted pages are asked for by calling
const page: string = auth.urls.signUp;

function narrowed(snapshot: Snapshot, error: GatepassError): void {
  if (snapshot.status === "signedIn") {
    // @ts-expect-error: groups cannot be added to
    snapshot.user.groups.push("admins");
    // @ts-expect-error: a claim is unknown until it is looked at
    snapshot.user.claims["custom:level"].toFixed();
    // @ts-expect-error: a name may be missing
    snapshot.user.name.length;
  }
  if (snapshot.status === "signedOut") {
    // @ts-expect-error: nobody is there
    snapshot.user;
    // @ts-expect-error: the reason is read, never written
    snapshot.reason = "never";
    // @ts-expect-error: and so is the status
    snapshot.status = "signedOut";
  }
  // @ts-expect-error: no such status
  if (snapshot.status === "signed_in") return;
  // @ts-expect-error: no such code
  if (error.code === "token_expired") return;
  // @ts-expect-error: the provider may have said nothing
  error.details.provider.error;
}

export { asClass, double, everyMethod, explain, leaves, narrowed, page, start };
