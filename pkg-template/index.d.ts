// The contract of the npm package `gatepass`, kept by hand. `make test` holds it equal to the
// Rust error codes, errors.js and the README, and compiles tests/types/ against it.

import type { SamlConfig, SamlSp } from "./saml.js";

/**
 * Makes one client. Synchronous and safe to call on a server: it touches no global but the address
 * bar, and that only when the page is the redirect URI. The WebAssembly is loaded on first use.
 *
 * On the redirect URI it takes the authorization response (`code`, `state`, `iss`, `error` …) out of
 * the address bar at once, so that no Referer and no history entry carries it; the app's own query,
 * fragment and `history.state` stay. The SAML door's handle and logout messages likewise.
 *
 * A mistake in `config` is reported by the first method that is called, as `config_invalid`.
 *
 * @see RFC 6749 §4.1, RFC 7636, RFC 9700 §2.1; SAML profiles §4.1
 */
export function createGatepass(config: GatepassConfig): Gatepass;

/**
 * Loads the WebAssembly now instead of on first use. Optional; call it early where the first click
 * must be fast. Concurrent calls share one load; a failed load is forgotten and can be tried again. This is the
 * OpenID door's module; `init` of `gatepass/saml` loads the SAML door's.
 *
 * @param source where the module comes from. Default: the copy inside the package, which
 *   every bundler carries without configuration. Pass a URL or `Response` to stream
 *   `gatepass/gatepass_bg.wasm` as a file of its own, or bytes or a compiled module.
 * @throws {GatepassError} `wasm_blocked` when the Content Security Policy lacks `'wasm-unsafe-eval'`;
 *   `wasm_load_failed` when the bytes cannot be had or compiled.
 */
export function init(source?: URL | Response | BufferSource | WebAssembly.Module): Promise<void>;

/** Whether `e` is a {@link GatepassError}, also when it comes from another copy of the package. */
export function isGatepassError(e: unknown): e is GatepassError;

/** A signed-in (or signed-out) front-end. Every method may be passed around unbound. */
export interface Gatepass {
  /**
   * Restores the stored session, or completes the sign-in if this page is the redirect URI with an
   * authorization response. Idempotent: every call gets the same promise, React StrictMode included.
   *
   * Never rejects: what went wrong is `snapshot.error`. Does not resolve when the page is about to
   * leave for a fresh sign-in (an expired transaction restarts once). On a server it resolves with
   * the `loading` snapshot.
   */
  ready(): Promise<Snapshot>;

  /** The present state: immutable, and the same reference until it changes (`useSyncExternalStore`). */
  readonly snapshot: Snapshot;

  /** Calls `listener` after each change of `snapshot`. Returns the function that unsubscribes. */
  subscribe(listener: () => void): () => void;

  /**
   * Leaves the page for the provider's login page (authorization code + PKCE S256, state, nonce).
   * No request is made before the redirect.
   *
   * SAML: leaves for the identity provider with an AuthnRequest, by address or by form, once the service worker
   * that takes the answer is active (`acs: "worker"`).
   *
   * @throws {GatepassError} `request_invalid` for an option that cannot be sent, `storage_unavailable`
   *   when no store keeps the transaction, `interrupted` when the person comes back with the back
   *   button, `config_invalid`, `unsupported_environment`. SAML: `worker_unavailable` (`details.rule`: `unsupported`,
   *   `script`, `scope`, `timeout`), `request_invalid` when `sp.sign` fails (`failed`) or the page's
   *   Content Security Policy forbids the form (`form_action`). OpenMetadata: `sign_in_loop`.
   * @see RFC 6749 §4.1.1, RFC 7636 §4.3, OpenID Connect Core §3.1.2.1; SAML core §3.4.1, SAML bindings §3.4, §3.5
   */
  signIn(options?: SignInOptions): Promise<never>;

  /**
   * Signs in through a window of its own; this page stays. Call it directly in a click handler: the
   * window is opened before anything is waited for. Works where storage is denied (this page holds the
   * transaction) and where the provider's page is cut off from its opener (Cross-Origin-Opener-Policy):
   * the window comes to the redirect URI of this origin, and the two pages find each other there.
   *
   * SAML has no such thing yet, nor has the sign-in of an OpenMetadata server: `request_invalid` / `unsupported`.
   *
   * @throws {GatepassError} `popup_blocked` when the browser opens no window; `interrupted` when the
   *   person closes it (a response that comes later all the same still signs in); as `signIn` and
   *   `handleCallback`.
   */
  signInWithPopup(options?: SignInOptions): Promise<CallbackResult>;

  /**
   * The explicit form of what `ready()` does on the redirect URI. Safe to call twice: one exchange,
   * the same result. After a `retryable` error it can be called again in the same page.
   *
   * @param url the full redirect URL. Default: the one this page was opened with.
   * @throws {GatepassError} `callback_invalid`, `access_denied`, `login_required`, `provider_refused`,
   *   every code of the rooms tokens, id_token and keys. SAML: `callback_invalid`, `message_invalid`,
   *   `signature_invalid`, `assertion_invalid`, `assertion_encrypted`, `idp_initiated_refused`, `access_denied`,
   *   `login_required`, `provider_refused`, `storage_unavailable`; with `exchange` the codes of the room tokens.
   * @see RFC 6749 §4.1.2, RFC 9207 §2.4, OpenID Connect Core §3.1.3.7; SAML profiles §4.1.4.3
   */
  handleCallback(url?: string): Promise<CallbackResult>;

  /**
   * Signs in from a link that names the identity provider: a portal tile, a bookmark, an e-mail.
   * Reads `idp` or `identity_provider`, `idp_identifier`, `login_hint`, `lang` and `target_link_uri`
   * (same origin only); `iss`, when present, must be this client's issuer. SAML: `target_link_uri` and `iss`, the
   * identity provider's entity ID.
   *
   * @throws {GatepassError} as `signIn`.
   * @see OpenID Connect Core §4 (initiating login from a third party)
   */
  startFrom(url: string | URL): Promise<never>;

  /**
   * The access token, for an API's `Authorization: Bearer` header. Renewed first when it has ended:
   * once, however many calls and tabs ask.
   *
   * @throws {GatepassError} `sign_in_required` when nobody is signed in (`details.rule`: the snapshot's
   *   reason) or the token cannot live that long (`min_validity`). Retryable, the session stands:
   *   `network_failed`, `request_timeout`, `provider_unavailable`, `rate_limited`, `keys_unavailable`,
   *   `refresh_busy`. SAML without `exchange`, which has no tokens: `config_invalid` / `missing`.
   * @see RFC 6749 §6, RFC 9700 §4.14
   */
  getAccessToken(options?: TokenOptions): Promise<string>;

  /** The ID token, for APIs that identify the person by it (OpenMetadata, identity pools). Errors as `getAccessToken`. */
  getIdToken(options?: TokenOptions): Promise<string>;

  /**
   * The claims of the provider's userinfo endpoint, fetched anew with each call.
   *
   * @throws {GatepassError} `userinfo_invalid` when the answer is unusable or for another subject
   *   (`details.rule`: `sub`) or there is no such endpoint (`endpoint`); as `getAccessToken`. SAML:
   *   `request_invalid` / `unsupported`.
   * @see OpenID Connect Core §5.3
   */
  getUserInfo(): Promise<Readonly<Record<string, unknown>>>;

  /**
   * The platform's `fetch`, with the token for requests to `apiOrigins` and nobody else. An
   * `Authorization` header of the app's own wins; signed out, the request goes without. After a 401
   * the token is renewed and the request made once more, unless `init.body` is a stream. A redirect to
   * another origin loses the token (Fetch standard §4.4, HTTP-redirect fetch).
   *
   * @throws {GatepassError} `request_invalid` / `no-cors`: such a request cannot carry a token. SAML without `exchange`,
   *   for an API of `apiOrigins`: `config_invalid` / `missing`. Else as `getAccessToken`, but for `sign_in_required`.
   */
  fetch: typeof fetch;

  /**
   * Temporary AWS credentials of the person who is signed in, or of a guest, as an AWS SDK for JavaScript (v3) takes them:
   * `new S3Client({ region, credentials: auth.awsCredentials })`. Needs `aws` in the configuration.
   *
   * Kept in this page's memory only, given out again until six minutes before their end, then renewed: once, however many
   * ask. Where that fails for now they hold until their end. Gone with the sign-out: a call that ends after it rejects, and
   * an SDK, which asks at each request, has none left either. Credentials that were given out before live on until
   * `expiration`: AWS takes none back.
   *
   * @param identityProperties `forceRefresh`: new ones, whatever is there. Default: false.
   * @throws {GatepassError} `sign_in_required` when nobody is signed in and guests get none, or the SAML response is gone or
   *   five minutes old (`response_expired`); `aws_refused` (`details.rule`: AWS's error type in snake_case);
   *   `config_invalid` for the section `aws`, which is read with the first call; `rate_limited`, `provider_unavailable`,
   *   `network_failed`, `request_timeout`; as `getIdToken`.
   * @see Amazon Cognito Federated Identities API: GetId, GetCredentialsForIdentity, GetOpenIdToken; AWS STS API:
   *   AssumeRoleWithWebIdentity, AssumeRoleWithSAML
   */
  awsCredentials(identityProperties?: { forceRefresh?: boolean }): Promise<AwsCredentials>;

  /**
   * Signs out, in every tab. `local`: this app; the refresh token is revoked. `global` (default): also
   * leaves the page for the provider's logout page, which ends the person's session there; does not
   * resolve then. `everywhere`: before that, ends the person's sessions on every device (Cognito
   * GlobalSignOut; needs the scope `aws.cognito.signin.user.admin`).
   *
   * SAML: `global` sends a LogoutRequest where the identity provider has single logout and `sp.sign` signs, else leaves
   * for its sign-out page (`idp.signOut`); with neither it is `local`.
   *
   * Never fails for the network: local state is gone first.
   *
   * @throws {GatepassError} `request_invalid` for an option that does not exist, or `everywhere` at a
   *   provider that has no such thing (it needs the section `cognito`): nothing has been done then. `interrupted` when the person comes back with the
   *   back button.
   * @see RFC 7009; Cognito `/logout`; OpenID Connect RP-Initiated Logout §2, without `id_token_hint`: a
   *   token has no place in an address, so a provider may ask the person to confirm; SAML profiles §4.4
   */
  signOut(options?: { scope?: "local" | "global"; everywhere?: boolean }): Promise<void>;

  /**
   * SAML: the response as it was received, base64, for a back end that verifies it again (`createVerifier` of
   * `gatepass/saml`). Only in the page that the person came back to, and until it can no longer be accepted.
   *
   * @throws {GatepassError} `sign_in_required` when nobody is signed in or it is gone (`response_expired`); with another
   *   door `request_invalid` / `unsupported`.
   */
  samlResponse(): Promise<string>;

  /**
   * SAML: our metadata, XML to upload at the identity provider (SAML metadata §2.4.4).
   *
   * @throws {GatepassError} `config_invalid`; with another door `request_invalid` / `unsupported`.
   */
  spMetadata(): Promise<string>;

  /**
   * Hosted pages of the user pool, to link to. They come back to the redirect URI without `state`,
   * and gatepass then starts a proper sign-in (the person is already known there: no second form).
   *
   * Each throws `not_ready` until `ready()` has resolved once, and with another provider than Cognito.
   */
  readonly urls: { signUp(): string; forgotPassword(): string; addPasskey(): string };
}

/** An option of another door is `request_invalid` / `unknown`. */
export interface SignInOptions {
  /** Where to be afterwards: a path of this origin. Anything else becomes `/`. Default: the present page. */
  returnTo?: string;
  /** Name of one identity provider of the pool (`COGNITO`, `Google`, a SAML provider's name); skips the choice. */
  identityProvider?: string;
  /** An identifier of an identity provider, usually an e-mail domain. Not together with `identityProvider`. */
  idpIdentifier?: string;
  /** Fills in the user name. */
  loginHint?: string;
  /** Language of the login page, e.g. `de`, `pt-BR`. */
  lang?: string;
  /** OpenID Connect `prompt`: `none`, `login`, `select_account`, `consent`, space-separated. */
  prompt?: string;
  /** RFC 8707 resource indicator: becomes the access token's audience. */
  resource?: string;
  /**
   * Seconds since the person last typed a credential, at most; 0 asks anew. Enforced: an ID token whose
   * `auth_time` is missing or older is `id_token_invalid` / `auth_time` (OpenID Connect Core §3.1.2.1).
   */
  maxAge?: number;
  /**
   * Authentication contexts to ask for, space-separated, the preferred first (step-up). Enforced: an ID
   * token whose `acr` is none of them is `id_token_invalid` / `acr`.
   */
  acrValues?: string;
  /** Any further authorization parameter. One that gatepass sets itself is `request_invalid`. */
  extraParams?: Readonly<Record<string, string>>;
  /** SAML `ForceAuthn`: the person types a credential again. Enforced: an older `AuthnInstant` is refused. Default: false. */
  forceAuthn?: boolean;
  /** SAML `IsPassive`: the identity provider must not show a page; `login_required` when it would have to. Default: false. */
  isPassive?: boolean;
  /** SAML `Format` of NameIDPolicy. Default: left out, for the identity provider to choose. */
  nameIdFormat?: string;
  /** SAML `RequestedAuthnContext`, exact: one of these classes. Enforced. Default: any. */
  authnContext?: readonly string[];
}

export interface TokenOptions {
  /** Seconds that the token must still be valid. Default: 0. */
  minValidity?: number;
}

/** For requests to AWS: an `AwsCredentialIdentity` of `@smithy/types`. */
export interface AwsCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  /** By this machine's clock, wrong as it may be: compare it with `Date.now()`. */
  expiration: Date;
  /** The identity pool's name for this person or guest. Not without a pool. */
  identityId?: string;
  /** `aws.accountId` of the configuration. */
  accountId?: string;
}

export interface CallbackResult {
  snapshot: Snapshot;
  /** Where to be now: the sign-in's `returnTo`, or `logoutUri` after a single logout. Path, query and fragment on this origin. */
  returnTo: string;
}

/**
 * Why nobody is signed in. `expired`: the tokens have ended and are not renewed any more. `revoked`: the
 * provider ended the session before its time. `elsewhere`: signed out in another tab.
 */
export type SignedOutReason = "never" | "signed_out" | "expired" | "revoked" | "elsewhere";

export type Snapshot = { readonly error?: GatepassError } & (
  | { readonly status: "loading" }
  | { readonly status: "signedOut"; readonly reason: SignedOutReason }
  | {
      readonly status: "signedIn";
      readonly user: User;
      /**
       * When the present tokens end. They are renewed then, or before. SAML: when the session ends: by
       * `SessionNotOnOrAfter`, else with the assertion; with `exchange` no later than the token. `onLog` hears `session_ends_soon` a minute before.
       */
      readonly expiresAt: Date;
      /** The door. */
      readonly via: "oidc" | "saml";
      /** The last renewal failed for now. The person stays signed in, and it is tried again by itself. */
      readonly stale: boolean;
    }
);

export interface User {
  /** The subject: unique and stable within `issuer`. SAML: the NameID, unless `attributes` maps it otherwise. */
  readonly id: string;
  readonly issuer: string;
  readonly name?: string;
  /** SAML: an attribute's, else a NameID that is an e-mail address and by nothing in the assertion a login name. */
  readonly email?: string;
  /** Never with SAML. */
  readonly emailVerified?: boolean;
  /** `cognito:groups`. SAML: by `attributes`. */
  readonly groups: readonly string[];
  /** `cognito:roles`; OpenMetadata: `roles` too; SAML: by `attributes`. Then `defaultRoles` of the configuration when there are none. */
  readonly roles: readonly string[];
  /**
   * OpenMetadata: an administrator by `adminPrincipals` or `adminEmails`, or by the role `Admin` where roles count: with
   * `useRolesFromProvider`, and in the server's own tokens. Missing: not known here.
   */
  readonly isAdmin?: boolean;
  /** OpenMetadata alone. */
  readonly principal?: OpenMetadataPrincipal;
  /**
   * Every claim of the verified ID token. SAML: `nameId`, `assertionId`, `signed` (the outermost element whose
   * signature holds: `assertion` or `response`), `authnInstant` and `sessionNotOnOrAfter` (seconds since 1970),
   * `authnContext`, `sessionIndex`.
   */
  readonly claims: Readonly<Record<string, unknown>>;
  /** SAML: every attribute by its name, with all its values. Otherwise empty. */
  readonly attributes: Readonly<Record<string, readonly string[]>>;
}

/** One door: Amazon Cognito, any other OpenID provider, SAML, or whatever an OpenMetadata server says. */
export type GatepassConfig = CommonConfig &
  (
    | { cognito: CognitoConfig; oidc?: never; saml?: never; openMetadata?: never }
    | { oidc: OidcConfig; cognito?: never; saml?: never; openMetadata?: never }
    | { saml: SamlClientConfig; cognito?: never; oidc?: never; openMetadata?: never; scopes?: never; renew?: never }
    | { openMetadata: OpenMetadataConfig; cognito?: never; oidc?: never; saml?: never }
  );

export interface CommonConfig {
  /** On this origin: absolute or a path. No fragment; https, except on localhost. Default: `/callback`. */
  redirectUri?: string;
  /**
   * Where the provider's logout page returns to; must be registered there. Absolute or a path. SAML: of this origin, where a
   * single logout ends. Default: `/`.
   */
  logoutUri?: string;
  /** Default: `["openid", "email", "profile"]`. Not with SAML. */
  scopes?: readonly string[];
  /** Keeps several clients on one origin apart. Letters, digits, `-` and `_`. Default: `default`. */
  name?: string;
  /**
   * Where the session is kept. `vault`: IndexedDB, encrypted by a key that cannot leave the browser;
   * every tab, survives the browser. `local`: localStorage, likewise, in plain text. `session`:
   * sessionStorage, this tab, survives a reload. `memory`: gone with the page. Or a store of your own.
   * Default: `vault`.
   *
   * Where the browser denies the store, the session lives in this page's memory and `onLog` hears
   * `session_in_memory`. A record that is damaged, foreign or of a future version is dropped with
   * `session_dropped`. A SAML assertion with `OneTimeUse` makes a session for this page alone (SAML core §2.5.1.5).
   */
  storage?: "vault" | "session" | "local" | "memory" | TokenStorage;
  /** Origins that `fetch` sends the token to, e.g. `https://api.example.com`. Default: none. */
  apiOrigins?: readonly string[];
  /** Which token `fetch` sends. Default: `access`. */
  bearer?: "access" | "id";
  /** `lazy`: tokens are renewed when one is asked for. `ahead`: a minute before they end. Default: `lazy`. Not with SAML. */
  renew?: "lazy" | "ahead";
  /** Roles of a person whose token or assertion names none. Default: none. */
  defaultRoles?: readonly string[];
  /** Where `awsCredentials` come from. Default: nowhere. */
  aws?: AwsConfig;
  /**
   * Called once per completed sign-in; SAML: also when a LogoutRequest of ours has been answered, and when a response is
   * left aside because somebody is signed in. `result.snapshot` says which. Default: `history.replaceState` to `returnTo`.
   */
  onCallback?(result: CallbackResult): void;
  /** Gets every noteworthy event. Never holds a token, a code or a personal datum. */
  onLog?(entry: LogEntry): void;
}

export interface CognitoConfig {
  /** `eu-central-1_AbCdEfGhI` */
  userPoolId: string;
  /** The app client's id. The client must be public: one with a secret cannot be used from a browser. */
  clientId: string;
  /** The domain prefix (`my-app`), a host (`auth.example.com`) or an origin (`http://localhost:4566`, for emulators). */
  domain: string;
  /** The serving region. Default: the pool id's. */
  region?: string;
  /** For emulators and proxies; each replaces what is derived from the pool. OpenID Connect Discovery §3 names. */
  endpoints?: {
    issuer?: string;
    authorizationEndpoint?: string;
    tokenEndpoint?: string;
    jwksUri?: string;
    revocationEndpoint?: string;
    endSessionEndpoint?: string;
    userinfoEndpoint?: string;
    /** Cognito's own API, for `signOut({ everywhere: true })`. */
    userPoolEndpoint?: string;
  };
}

/**
 * Temporary AWS credentials: from an identity pool, or for a SAML response from STS alone. A mistake here is reported by
 * `awsCredentials`.
 */
export interface AwsConfig {
  /** `eu-central-1:` and a GUID. May be missing with `saml` and a role: STS then takes the response itself. */
  identityPoolId?: string;
  /** Of the identity pool and of STS. Default: the pool id's. */
  region?: string;
  /**
   * ARN of the role to assume, where the pool lets a person choose (`CustomRoleArn`). Needed with `flow: "basic"`, and for STS
   * without a pool. Default: the pool chooses.
   */
  roleArn?: string;
  /**
   * The name that the pool or IAM knows the provider by. Default: the ID token's issuer without `https://`. A user pool with
   * an *updated* issuer therefore goes by `issuer-cognito-idp.…`; set `loginsKey` where the identity pool knows it by
   * `cognito-idp.…`. Needed with SAML and `exchange`, whose ID token's issuer nobody here knows; not with `aws.saml`.
   */
  loginsKey?: string;
  /** Who is not signed in gets credentials too, those of the pool's unauthenticated role. Not with `basic`. Default: false. */
  guest?: boolean;
  /**
   * `enhanced`: the pool gives credentials. `basic`: it gives a token, for which STS gives credentials of `roleArn`; the
   * role's trust policy is then all that stands between a token and the role. Default: `enhanced`.
   */
  flow?: "enhanced" | "basic";
  /** The pool's account, 12 digits; returned with the credentials, where SDKs make use of it. Default: none. */
  accountId?: string;
  /** The login is the SAML response, as long as this page has it and it is not five minutes old. */
  saml?: {
    /** ARN of IAM's SAML provider. */
    providerArn: string;
    /** As `roleArn`, which it takes the place of. */
    roleArn?: string;
  };
  /** `RoleSessionName` of the basic flow: 2 to 64 letters, digits and `_+=,.@-`. Default: `gatepass`. */
  sessionName?: string;
  /** Seconds that credentials of STS live: 900 to 43200, and no longer than the role allows. Default: 3600. */
  durationSeconds?: number;
  /** For emulators and proxies; each replaces what is derived from the region. */
  endpoints?: { identityPool?: string; sts?: string };
}

/** The SAML door: this page's origin as a service provider. */
export interface SamlClientConfig extends Omit<SamlConfig, "sp" | "allowIdpInitiated"> {
  sp: SamlClientSp;
  /** How requests leave. Default: `redirect`, where the identity provider takes it. */
  binding?: "redirect" | "post";
  /**
   * Who takes the response, which comes by POST. `worker`: the service worker `acs.js`, a file of this site
   * (`npx gatepass init public/`). `server`: `gatepass/acs` on an edge or a server of this site. Default: `worker`.
   */
  acs?: "worker" | "server";
  /** Where `acs.js` is: absolute or a path, above the ACS URL. Default: `/acs.js`. */
  workerUrl?: string;
  /**
   * Responses that answer no request: a tile of the identity provider's portal (SAML profiles §4.1.5). They cannot be told
   * from one that somebody else sends, to have a person signed in as themselves. `restart`: such a response is
   * not looked at; a proper sign-in begins instead, which the person need not see. Default: false.
   */
  allowIdpInitiated?: boolean | "restart";
  /** Exchanges the response for tokens of the app's own back end, which verifies it again. Default: no tokens. */
  exchange?: SamlExchange;
}

export interface SamlClientSp extends Omit<SamlSp, "sign" | "acsUrl"> {
  /**
   * Our assertion consumer service, of this origin (else `config_invalid` / `origin`): absolute or a path. Compared to the
   * letter, query included.
   */
  acsUrl: string;
  /**
   * Signs requests: bytes → signature (ECDSA as r‖s), answered by the app's back end. A private key has no place in
   * a page. Default: requests go unsigned.
   */
  sign?(octets: Uint8Array): Promise<ArrayBuffer | Uint8Array> | ArrayBuffer | Uint8Array;
  /** URI of the algorithm behind `sign`. Default: RSA with SHA-256. */
  signatureAlgorithm?: string;
  /** The certificate of the key behind `sign`, PEM or base64, for our metadata. */
  certificate?: string;
  /** Our single logout service, HTTP-Redirect: a page of this origin that calls `ready()`. Default: none. */
  sloUrl?: string;
  /** Names the ACS in requests by its index, 0 to 65535. Default: by its URL. */
  acsIndex?: number;
}

export interface SamlExchange {
  /** Absolute or a path. */
  tokenEndpoint: string;
  /**
   * `json`: `{ v: 1, samlResponse, inResponseTo? }`, the whole response in base64. `form`: the assertion alone by the
   * grant `urn:ietf:params:oauth:grant-type:saml2-bearer` (RFC 7522 §2.1), which must then be signed itself, else
   * `signature_invalid` / `assertion_unsigned`. Default: `json`. The answer is that of RFC 6749 §5.1, within 10
   * seconds; its `refresh_token` is not used. No cookies are sent; an endpoint of another origin has to allow this one (CORS).
   */
  format?: "json" | "form";
  /** `client_id` of the form. Default: none. */
  clientId?: string;
}

/** Any OpenID provider with authorization code, PKCE and public clients. */
export interface OidcConfig {
  /**
   * The provider's issuer identifier, exactly as its metadata says it. Without `endpoints` the metadata
   * is fetched from `/.well-known/openid-configuration` before the first sign-in, checked, and kept for
   * an hour (OpenID Connect Discovery §4).
   */
  issuer: string;
  /** The client's id. The client must be public: one with a secret cannot be used from a browser. */
  clientId: string;
  /** The provider's endpoints, instead of asking for them: no request before the redirect. */
  endpoints?: {
    authorizationEndpoint: string;
    tokenEndpoint: string;
    jwksUri: string;
    revocationEndpoint?: string;
    endSessionEndpoint?: string;
    userinfoEndpoint?: string;
    /** Every response must then name its issuer (RFC 9207). Default: false. */
    authorizationResponseIssParameterSupported?: boolean;
  };
}

/**
 * An OpenMetadata server (1.0 to 2.0), as its own web UI signs people in.
 *
 * A public client of `aws-cognito`, `google`, `okta`, `auth0`, `azure` or `custom-oidc`: always authorization code + PKCE,
 * whatever the server's `responseType` says, with the endpoints of `authority`'s metadata. `saml`, and every confidential
 * client: the server signs in and issues the token, which is held against its own key set. `basic`, `ldap` and `openmetadata` are
 * `config_invalid` / `unsupported`.
 *
 * Other defaults than elsewhere: `bearer` is `id`, which is what the server takes; `apiOrigins` is the server's;
 * `redirectUri` is `callbackUrl`, or where the server's own page comes back to (`/auth/callback`, `/saml/callback`). A `callbackUrl`
 * with another path than these and `/callback` must be said as `redirectUri` too (`config_invalid` / `missing`).
 */
export interface OpenMetadataConfig {
  /** The server's address, with its base path if it has one. Default: this page's origin. */
  server?: string;
  /**
   * `authenticationConfiguration` of openmetadata.yaml: the section as an object, or the `AUTHENTICATION_*` variables of a
   * deployment; `${NAME:-default}` is filled in. A `{placeholder}` that is left is `config_invalid` / `placeholder` and named.
   * Default: the server is asked (`/api/v1/system/config/auth`), once an hour in a tab.
   */
  authenticationConfiguration?: Readonly<Record<string, unknown>>;
  /**
   * `authorizerConfiguration`, likewise: principalDomain, enforcePrincipalDomain, allowedDomains, allowedEmailDomains,
   * adminPrincipals, adminEmails, useRolesFromProvider. What it leaves out is as the server says, which is the domain alone.
   */
  authorizerConfiguration?: Readonly<Record<string, unknown>>;
  /** `iss` of the tokens that the server issues (`jwtTokenConfiguration.jwtissuer`). Default: `open-metadata.org`. */
  issuer?: string;
}

/** Who OpenMetadata's server takes the person for, by its own rules. */
export interface OpenMetadataPrincipal {
  /** The user's name there: the local part of the address, in lower case. Missing: no claim says one. */
  readonly name?: string;
  /** In lower case; made of the name and `principalDomain` where no claim has one. */
  readonly email?: string;
  /** What its web UI shows. */
  readonly displayName?: string;
  /**
   * Why the server will answer 401: no `claims` that name the person, no usable `email`, a `domain` that it does not take,
   * or `email_verified` is false (servers of 2026). Missing: nothing that the configuration tells.
   */
  readonly problem?: "claims" | "email" | "domain" | "email_verified";
}

/**
 * A store of the app's own for one text per client. A rejection counts as a denied store. What it
 * holds are tokens in plain text.
 */
export interface TokenStorage {
  get(key: string): Promise<string | null | undefined> | string | null | undefined;
  set(key: string, value: string): Promise<void> | void;
  remove(key: string): Promise<void> | void;
}

export interface LogEntry {
  /** snake_case name of what happened, e.g. `clock_drift_adopted`. */
  event: string;
  /** A number or a name that belongs to it, e.g. seconds of drift. */
  detail?: string;
}

/** The one error class. Test for it with {@link isGatepassError}, then `switch (e.code)`. */
export class GatepassError extends Error {
  readonly name: "GatepassError";
  /** What happened. Closed list; the README's table says what to do about each. */
  readonly code: GatepassErrorCode;
  /** Where in the sign-in it happened. */
  readonly phase: "config" | "load" | "request" | "callback" | "tokens" | "id_token" | "keys" | "session" | "assertion" | "credentials" | "any";
  /** Whether the same call may succeed later without a new sign-in. */
  readonly retryable: boolean;
  /** Whose turn it is: the app's developer, the person at the screen, the provider's administrator, or nobody's (wait, then retry). */
  readonly turn: "developer" | "person" | "provider" | "wait";
  readonly details: GatepassErrorDetails;
}

export interface GatepassErrorDetails {
  /** The exact rule, claim or parameter that failed, e.g. `nonce`. */
  readonly rule?: string;
  /** The configuration or sign-in option concerned, e.g. `cognito.domain`. */
  readonly option?: string;
  /** HTTP status of the provider's answer. */
  readonly status?: number;
  /** What the provider itself said, 256 characters at most; only from a response with a verified state, or AWS's answer. Not for logs. */
  readonly provider?: { readonly error: string; readonly description?: string };
}

export type GatepassErrorCode =
  | "config_invalid"
  | "unsupported_environment"
  | "wasm_blocked"
  | "wasm_load_failed"
  | "request_invalid"
  | "discovery_invalid"
  | "storage_unavailable"
  | "popup_blocked"
  | "interrupted"
  | "callback_invalid"
  | "access_denied"
  | "login_required"
  | "provider_refused"
  | "network_failed"
  | "request_timeout"
  | "provider_unavailable"
  | "rate_limited"
  | "request_blocked"
  | "grant_refused"
  | "client_refused"
  | "tokens_invalid"
  | "id_token_invalid"
  | "keys_unavailable"
  | "keys_invalid"
  | "userinfo_invalid"
  | "sign_in_required"
  | "refresh_busy"
  | "not_ready"
  | "internal"
  | "metadata_invalid"
  | "message_invalid"
  | "signature_invalid"
  | "assertion_invalid"
  | "assertion_encrypted"
  | "idp_initiated_refused"
  | "worker_unavailable"
  | "sign_in_loop"
  | "aws_refused";
