import type {
  Gatepass,
  GatepassErrorCode,
  GatepassErrorDetails,
  SignedOutReason,
  SignInOptions,
  Snapshot,
  TokenOptions,
  User,
} from "./index.js";

/**
 * A double of {@link Gatepass} for the tests of apps: no wasm, no network, no timers. It starts signed
 * in when `user` is given, signed out otherwise, and failing when `error` is given.
 */
export function createTestGatepass(options?: { user?: Partial<User>; error?: GatepassErrorCode }): TestGatepass;

export interface TestGatepass extends Gatepass {
  /** Every call of a method of `Gatepass`, with its arguments, in order. */
  readonly calls: readonly [method: string, ...args: (SignInOptions | TokenOptions | string | URL | object | undefined)[]][];
  /** Signs a person in, for `seconds` (default 3600). Listeners are called. */
  signInAs(user?: Partial<User>, seconds?: number): Snapshot;
  /** Ends the session as time does (`expired`), or another tab or the provider. */
  expire(reason?: SignedOutReason): Snapshot;
  /** Lets every method but `ready` and `subscribe` reject with this code, and puts it into the snapshot. Without a code: heals. */
  fail(code?: GatepassErrorCode, details?: GatepassErrorDetails): void;
}
