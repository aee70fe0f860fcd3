// The contract as the AWS SDK for JavaScript and Amplify see it: compiled by `make lint` against their own types, never run.

import type { LibraryOptions } from "@aws-amplify/core";
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from "@smithy/types";
import { createGatepass, type AwsConfig, type AwsCredentials, type GatepassErrorCode } from "gatepass";
import { amplifyProviders } from "gatepass/amplify";

const cognito = { userPoolId: "eu-central-1_a", clientId: "b", domain: "c" };
const aws: AwsConfig = { identityPoolId: "eu-central-1:2f6c1f2e-0d0b-4f43-9d7e-7c1d1f6a0b11" };
const auth = createGatepass({ cognito, aws });

export const provider: AwsCredentialIdentityProvider = auth.awsCredentials;
export const providers: LibraryOptions["Auth"] = amplifyProviders(auth);
export const code: GatepassErrorCode = "aws_refused";

export async function members() {
  const given: AwsCredentials = await auth.awsCredentials({ forceRefresh: true });
  const identity: AwsCredentialIdentity = given;
  const expiration: Date = given.expiration; // an SDK keeps credentials without one forever
  return [identity, expiration, given.identityId, given.accountId];
}

createGatepass({
  cognito,
  aws: {
    ...aws,
    region: "eu-central-1",
    roleArn: "arn:aws:iam::123456789012:role/reader",
    loginsKey: "cognito-idp.eu-central-1.amazonaws.com/eu-central-1_a",
    flow: "basic",
    accountId: "123456789012",
    sessionName: "ada",
    durationSeconds: 900,
    endpoints: { identityPool: "http://localhost:4577/", sts: "http://localhost:4577/" },
  },
});
createGatepass({
  saml: { idp: { metadata: "…" }, sp: { entityId: "a", acsUrl: "/saml/acs" } },
  aws: { region: "eu-central-1", saml: { providerArn: "arn:aws:iam::123456789012:saml-provider/idp", roleArn: "arn:aws:iam::123456789012:role/reader" } },
});
// @ts-expect-error the classic flow is called basic
createGatepass({ cognito, aws: { ...aws, flow: "classic" } });
// @ts-expect-error an object, not the pool's id
createGatepass({ cognito, aws: "eu-central-1:2f6c1f2e-0d0b-4f43-9d7e-7c1d1f6a0b11" });
// @ts-expect-error the provider is named by its ARN
createGatepass({ cognito, aws: { saml: {} } });
