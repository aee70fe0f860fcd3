// An identity pool at the emulator, with roles of this run: the names tell them from those of every other.
//
// What ministack leaves out: the enhanced flow gives the pool's role whatever `CustomRoleArn` says, and looks at no trust
// policy; a role's rules are not judged (no `preferred_role`); SAML responses are opaque to it.

import { randomBytes } from "node:crypto";

const ACCOUNT = "000000000000";
export const SAML_PROVIDER = `arn:aws:iam::${ACCOUNT}:saml-provider/gatepass`;

/**
 * Makes an identity pool for the user pool of `emulator` (ministack.mjs): `{ identityPoolId, roles }`, ARNs of the roles
 * `authenticated`, `unauthenticated` and `chosen`, whose trust policy names this pool as AWS's guide does.
 */
export async function seedIdentityPool({ request, issuer, clientId }) {
  const run = randomBytes(4).toString("hex");
  const pool = async (action, input) =>
    JSON.parse(await request({ service: "cognito-identity", target: `AWSCognitoIdentityService.${action}`, body: JSON.stringify(input) }));

  const { IdentityPoolId } = await pool("CreateIdentityPool", {
    IdentityPoolName: `gatepass-${run}`,
    AllowUnauthenticatedIdentities: true,
    AllowClassicFlow: true,
    CognitoIdentityProviders: [{ ProviderName: issuer.replace("https://", ""), ClientId: clientId }],
    SamlProviderARNs: [SAML_PROVIDER],
  });

  const makeRole = async (name, amr) => {
    const RoleName = `gatepass-${name}-${run}`;
    const body = new URLSearchParams({ Action: "CreateRole", Version: "2010-05-08", RoleName, AssumeRolePolicyDocument: trust(IdentityPoolId, amr) });
    await request({ service: "iam", body: `${body}` });
    return `arn:aws:iam::${ACCOUNT}:role/${RoleName}`;
  };
  const roles = {
    authenticated: await makeRole("authenticated", "authenticated"),
    unauthenticated: await makeRole("guest", "unauthenticated"),
    chosen: await makeRole("chosen", "authenticated"),
  };
  await pool("SetIdentityPoolRoles", { IdentityPoolId, Roles: { authenticated: roles.authenticated, unauthenticated: roles.unauthenticated } });
  return { identityPoolId: IdentityPoolId, roles };
}

const trust = (pool, amr) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Federated: "cognito-identity.amazonaws.com" },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: {
          StringEquals: { "cognito-identity.amazonaws.com:aud": pool },
          "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": amr },
        },
      },
    ],
  });
