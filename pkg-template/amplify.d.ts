// gatepass/amplify: what `Amplify.configure(outputs, { Auth: amplifyProviders(auth) })` takes.

import type { AwsCredentials, Gatepass } from "./index.js";

/**
 * Amplify's `tokenProvider` and `credentialsProvider` (`@aws-amplify/core`, 6.x), answered by gatepass: `fetchAuthSession()`
 * and all that builds on it then see gatepass's session. Nobody signed in is `null` and `undefined`; every other failure
 * rejects with gatepass's own error.
 *
 * Tokens are renewed when they have ended; `forceRefresh` renews credentials, not tokens. Amplify's own sign-in functions
 * stay unused: sign in and out with `auth`.
 */
export function amplifyProviders(auth: Pick<Gatepass, "getAccessToken" | "getIdToken" | "awsCredentials">): {
  tokenProvider: {
    getTokens(options?: { forceRefresh?: boolean }): Promise<{ accessToken: AmplifyJwt; idToken: AmplifyJwt } | null>;
  };
  credentialsProvider: {
    getCredentialsAndIdentityId(options?: {
      authenticated?: boolean;
      forceRefresh?: boolean;
    }): Promise<{ credentials: AmplifyCredentials; identityId?: string } | undefined>;
    clearCredentialsAndIdentityId(): void;
  };
};

/** What AWS is asked with. */
export type AmplifyCredentials = Omit<AwsCredentials, "identityId">;

export interface AmplifyJwt {
  /** The claims, unchecked here: gatepass has checked those of the ID token. Empty for a token that is no JWT. */
  payload: Record<string, any>;
  /** The token itself. */
  toString(): string;
}
