/**
 * SAML 2.0: a page's sign-in with nothing of the other door in it, and responses verified on a back end, an edge
 * runtime, or in a page. The verifier needs WebCrypto (`crypto.subtle`) and nothing else.
 *
 * What a page verifies tells the *page* who is there. A server that acts on it verifies the response for itself:
 * with this module, from the same bytes, by the same rules.
 *
 * @see SAML core, bindings, profiles §4.1; XML Signature 1.1
 * @module
 */

import type { CommonConfig, Gatepass, SamlClientConfig, User } from "./index.js";

export { GatepassError, isGatepassError } from "./index.js";

/** As `createGatepass` of `gatepass`, for pages that know only this door: nothing of the other one is downloaded. */
export function createGatepass(config: CommonConfig & { saml: SamlClientConfig; scopes?: never; renew?: never }): Gatepass;

/**
 * Loads the WebAssembly early.
 *
 * @param source where the module comes from. Default: the copy inside the package. A URL or `Response` of
 *   `gatepass/saml_bg.wasm`, bytes, or a compiled module.
 * @throws {GatepassError} `wasm_blocked`, `wasm_load_failed`.
 */
export function init(source?: URL | Response | BufferSource | WebAssembly.Module): Promise<void>;

/**
 * A verifier of one identity provider's responses for one service provider. Loads nothing until it is asked.
 *
 * It keeps no memory: whoever accepts a response remembers its `assertionId` until `rememberUntil` and refuses it
 * the second time (SAML profiles §4.1.4.5), and knows which request ID it sent from which browser.
 */
export function createVerifier(config: SamlConfig): SamlVerifier;

export interface SamlVerifier {
  /**
   * Judges one response.
   *
   * @param response the form field `SAMLResponse` as it was posted: base64, of 512 KiB at most when decoded.
   * @returns who it is, read from the signed bytes alone.
   * @throws {GatepassError} `config_invalid`, `metadata_invalid`, `message_invalid`, `signature_invalid`,
   *   `assertion_invalid`, `assertion_encrypted`, `idp_initiated_refused`, `access_denied`, `login_required`,
   *   `provider_refused`; `details.rule` is the exact rule.
   */
  verify(response: string, options?: SamlVerifyOptions): Promise<SamlIdentity>;
  /** Our metadata, XML for the identity provider to read (SAML metadata §2.4.4). */
  metadata(): Promise<string>;
  /** What has run out, for the log. Neither refuses a response: trust comes from the configuration. */
  expired(): Promise<("metadata" | "certificate")[]>;
}

export interface SamlVerifyOptions {
  /**
   * `ID` of the AuthnRequest that is answered. Without it the response must be unsolicited, and
   * `allowIdpInitiated` on.
   */
  inResponseTo?: string;
  /** One of these `AuthnContextClassRef`s must have been used. Default: any. */
  authnContext?: readonly string[];
  /** The present. Default: the machine's clock. */
  now?: Date;
}

export interface SamlConfig {
  idp: SamlIdpByMetadata | SamlIdpByHand;
  sp: SamlSp;
  /**
   * Which attributes say which of the user's fields, the first that says something wins; `Subject` is the NameID.
   * A field that is not named keeps its default: the usual names of IAM Identity Center, ZITADEL, Entra, Okta,
   * Google and eduPerson.
   */
  attributes?: Partial<Record<"id" | "email" | "name" | "givenName" | "familyName" | "groups" | "roles", string | readonly string[]>>;
  /** What must be signed; whatever is signed is checked. Default: `any` (SAML profiles §4.1.4.5). */
  signed?: "any" | "assertion" | "response" | "both";
  /**
   * Accept responses that answer no request (SAML profiles §4.1.5). They cannot be told from one that somebody
   * else sends to be signed in as themselves. Default: false.
   */
  allowIdpInitiated?: boolean;
  /** Seconds that clocks may differ, on both ends of every time; 0 to 600. Default: 60. */
  skew?: number;
}

export interface SamlIdpByMetadata {
  /** `EntityDescriptor` or `EntitiesDescriptor`, the XML itself. Its own signature and `validUntil` are not judged. */
  metadata: string;
  /** Which one, where there are several. */
  entityId?: string;
  /** Its page that ends the person's session there, for want of single logout. Default: none. */
  signOut?: string;
  certificates?: never;
  singleSignOn?: never;
}

export interface SamlIdpByHand {
  /** The issuer, to the letter. */
  entityId: string;
  /** Where requests go, https. */
  singleSignOn: string;
  /** Its page that ends the person's session there. Default: none. */
  signOut?: string;
  /** X.509 as PEM or bare base64; several for a roll-over. RSA of 2048 bits or more, P-256, P-384, P-521. */
  certificates: string | readonly string[];
  metadata?: never;
}

export interface SamlSp {
  /** Our entity ID: the audience. */
  entityId: string;
  /** Our assertion consumer service, absolute; compared to the letter, query included. */
  acsUrl: string;
  /** Whether the page's requests are signed, which our metadata says and some identity providers ask for. Default: false. */
  sign?: boolean;
}

/** Who signed in, as the identity provider says it. */
export interface SamlIdentity {
  /** `claims` is empty here: what a session's would say are the fields below. */
  readonly user: User;
  readonly nameId: SamlNameId;
  /** With `issuer`, the key under which replays are remembered. */
  readonly assertionId: string;
  readonly issuer: string;
  /** The outermost element whose signature holds. */
  readonly signed: "assertion" | "response";
  readonly sessionIndex?: string;
  readonly authnContext?: string;
  readonly authnInstant: Date;
  readonly sessionNotOnOrAfter?: Date;
  /** Until then the response could be accepted again: the end of its times, and the skew. */
  readonly rememberUntil: Date;
  /** No session is to be kept (SAML core §2.5.1.5). */
  readonly oneTimeUse: boolean;
}

/** SAML core §2.2.3. */
export interface SamlNameId {
  readonly value: string;
  readonly format?: string;
  readonly nameQualifier?: string;
  readonly spNameQualifier?: string;
  readonly spProvidedId?: string;
}
