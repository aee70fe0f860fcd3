/**
 * The SAML assertion consumer service where a server or an edge runtime answers it: the place to which the identity
 * provider lets the browser post its response. Needs `Request`, `Response` and nothing else: no storage, no keys.
 *
 * It hands the response to the page at the callback and judges nothing. What binds a response to a browser is that
 * page's own check of `InResponseTo`. A static site needs no server: `npx gatepass init` gives it a service worker.
 *
 * @see SAML bindings §3.5, SAML profiles §4.1.4
 * @module
 */

/**
 * Makes the handler. It answers
 *
 * - a good POST with 200 and one fixed page, which keeps the response for two minutes in the browser, encrypted, and
 *   goes to the callback with `saml_handle=`, a handle that counts once;
 * - a post that is refused with 303 to the callback, and in the handle's place the rule: `content_type`, `too_large`
 *   (a field `SAMLResponse` of more than 731,816 characters, a body of three times as many bytes), `repeated`,
 *   `no_response`. The page itself adds `storage` (the browser keeps no site data) and `busy` (four responses wait already);
 * - another method with 405.
 *
 * Nothing is cached, no Referer goes out, nothing is passed on. A RelayState of more than 80 bytes is dropped (SAML
 * bindings §3.5.3). The handler never rejects; its path is for you to compare.
 *
 * @throws {GatepassError} `config_invalid`; `details.option` names the option.
 * @see SAML bindings §3.5.4, §3.5.5
 */
export function createAcs(options?: AcsOptions): AcsHandler;

export interface AcsOptions {
  /**
   * Where the page is that completes the sign-in: the client's `redirectUri`, a path or an address of the same origin
   * as the assertion consumer service. Its own query and fragment stay. Default: `/callback`.
   */
  callback?: string;
}

/** As edge runtimes, Deno and Bun call it. */
export type AcsHandler = (request: Request) => Promise<Response>;

/**
 * The handler for `node:http` and Express. The body must not have been read: no body parser before it. No more of it is
 * read than is allowed; the rest of one that is too large goes by unread. Of the request the handler gets method,
 * `content-type` and body.
 */
export function forNode(handler: AcsHandler): (request: NodeRequest, response: NodeResponse) => Promise<void>;

/**
 * The handler for an AWS Lambda function URL, or an API Gateway HTTP API, payload format 2.0. Of the event the handler
 * gets method, `content-type` and body.
 */
export function forLambda(handler: AcsHandler): (event: LambdaEvent) => Promise<LambdaResult>;

/** What is used of Node's `IncomingMessage`. */
export interface NodeRequest {
  method?: string | undefined;
  headers: { "content-type"?: string | undefined };
  iterator(options?: { destroyOnReturn?: boolean }): AsyncIterator<Uint8Array>;
  resume(): unknown;
}

/** What is used of Node's `ServerResponse`. */
export interface NodeResponse {
  writeHead(status: number, headers: Record<string, string>): unknown;
  end(body: string): unknown;
}

/** What is used of the event. */
export interface LambdaEvent {
  requestContext: { http: { method: string } };
  headers: Record<string, string | undefined>;
  body?: string | undefined;
  isBase64Encoded: boolean;
}

export interface LambdaResult {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
  isBase64Encoded: false;
}
