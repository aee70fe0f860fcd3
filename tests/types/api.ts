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
  SignedOutReason,
  SignInOptions,
  Snapshot,
  TokenOptions,
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
    },
  },
  redirectUri: "/callback",
  logoutUri: "/",
  scopes: ["openid"] as const,
  name: "main",
  storage: "memory",
  defaultRoles: ["reader"],
  onCallback: ({ snapshot, returnTo }) => console.log(snapshot.status, returnTo.length),
  onLog: ({ event, detail }: LogEntry) => console.log(event, detail ?? ""),
};
createGatepass(everything);

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
      const { user, expiresAt, via } = snapshot;
      const groups: readonly string[] = [...user.groups, ...user.roles];
      const claim: unknown = user.claims["custom:department"];
      const via1: "oidc" = via;
      return [user.id, user.issuer, user.name ?? user.email ?? "", expiresAt.toISOString(), String(claim), via1, ...groups].join();
    }
  }
}
const greetings: Record<SignedOutReason, string> = { never: "Hello", signed_out: "Goodbye", expired: "Welcome back" };

// Every member may be passed around unbound, as useSyncExternalStore does.
function useStore<T>(subscribe: (changed: () => void) => () => void, get: () => T): T {
  return subscribe(() => {}), get();
}
const { ready, subscribe, signIn, handleCallback, startFrom, getAccessToken, getIdToken, signOut, urls } = auth;
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
    extraParams: { ui: "dark" },
  };
  const result: CallbackResult = await handleCallback();
  await handleCallback("https://app.example/callback?code=a");
  const minValidity: TokenOptions = { minValidity: 60 };
  const tokens: string[] = [await getAccessToken(), await getAccessToken(minValidity), await getIdToken(minValidity)];
  const links: string[] = [urls.signUp(), urls.forgotPassword(), urls.addPasskey(), result.returnTo, ...tokens];
  console.log(links, user, (await ready()).error?.message);
  await signOut();
  await signOut({ scope: "local" });
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
    case "client_refused":
    case "not_ready":
    case "internal":
      return "developer";
    case "wasm_load_failed":
    case "network_failed":
    case "request_timeout":
    case "provider_unavailable":
    case "rate_limited":
    case "keys_unavailable":
      return "wait";
    case "storage_unavailable":
    case "interrupted":
    case "callback_invalid":
    case "access_denied":
    case "login_required":
    case "grant_refused":
    case "sign_in_required":
      return "person";
    case "provider_refused":
    case "request_blocked":
    case "tokens_invalid":
    case "id_token_invalid":
    case "keys_invalid":
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
