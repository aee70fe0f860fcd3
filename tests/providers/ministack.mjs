// Amazon Cognito for the demo and the end-to-end tests: the emulator ministack (PyPI) with one
// user pool of our own. It has the real thing's login page, PKCE, key set and `/logout`.
//
//   free port? → start the process → wait until it answers → seed the pool → use → stop()
//
// The pool is new at every start. Nothing is kept: the emulator's signing keys live in a temporary
// folder that goes with it.

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { atEnd } from "./lifetime.mjs";
import { assertPortFree } from "./ports.mjs";
import { signedHeaders } from "./sigv4.mjs";

const PYTHON = fileURLToPath(new URL("../../target/venv/bin/python", import.meta.url));
const PROGRAM = fileURLToPath(new URL("emulator.py", import.meta.url));
const REGION = "eu-central-1";
const READY_WITHIN_MS = 30_000;
const LOG_LINES_KEPT = 30;

// Accounts of a pool that exists only while the emulator runs, on this machine only.
const USER = { name: "demo@example.com", password: "Open-Sesame-42" };
const ENGINEER = { name: "ada@example.com", password: "Open-Sesame-42" };

/**
 * Starts the emulator on `http://localhost:port` and seeds it.
 *
 * `user` is in no group; `engineer` is in the group `engineers` and has a full name. `issuer` is the
 * `iss` of the tokens, `domain` what goes into gatepass's `cognito.domain`.
 */
export async function startMinistack({ port = 4577, redirectUris, logoutUris, stateDir } = {}) {
  if (!existsSync(PYTHON)) {
    throw new Error(
      "ministack is not installed. From the top folder: " +
        "python3 -m venv target/venv && target/venv/bin/pip install -r tests/requirements.txt",
    );
  }
  await assertPortFree(port, "the Cognito emulator");

  const emulator = launch(port, stateDir);
  try {
    await emulator.ready();
    const { userPoolId, clientId } = await seed(emulator, { redirectUris, logoutUris });
    return {
      origin: emulator.origin,
      userPoolId,
      clientId,
      domain: emulator.origin,
      issuer: `https://cognito-idp.${REGION}.amazonaws.com/${userPoolId}`,
      jwksUri: `${emulator.origin}/${userPoolId}/.well-known/jwks.json`,
      user: USER,
      engineer: ENGINEER,
      /** One signed administrative call, e.g. `admin("AdminDisableUser", { UserPoolId, Username })`. */
      admin: (action, input) => call(emulator, action, input),
      /** One signed request to another of its services: `{ service, target, body }`, a form without a `target`. Answers with the text. */
      request: (what) => send(emulator, what),
      stop: emulator.stop,
    };
  } catch (error) {
    await emulator.stop();
    throw error;
  }
}

// The process: its log's tail, its readiness and its end.
function launch(port, stateDir) {
  const origin = `http://localhost:${port}`;
  const ownDir = stateDir ? undefined : mkdtempSync(join(tmpdir(), "gatepass-ministack-"));
  const dir = stateDir ?? ownDir;
  mkdirSync(dir, { recursive: true });
  const credentials = { accessKeyId: "test", secretAccessKey: randomBytes(20).toString("hex") };

  // The environment is made anew: a developer's AWS variables and profiles must not reach it.
  const child = spawn(PYTHON, [PROGRAM], {
    env: {
      PATH: process.env.PATH,
      HOME: dir,
      TMPDIR: dir,
      STATE_DIR: dir,
      BIND_HOST: "127.0.0.1",
      GATEWAY_PORT: String(port),
      MINISTACK_REGION: REGION,
      SERVICES: "cognito-idp,cognito-identity,sts,iam",
      AUTH: "true",
      IOT_MTLS_ENABLED: "0",
      SFTP_ENABLED: "0",
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });

  const log = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      log.push(...text.split("\n").filter(Boolean));
      log.splice(0, log.length - LOG_LINES_KEPT);
    });
  }

  let phase = "starting";
  const ended = new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  const death = (how) => new Error(`ministack ended by itself (${how}). Its last lines:\n${log.join("\n")}`);
  ended.then((how) => {
    // Nobody awaits the emulator while it is in use, so its death there must end the program.
    if (phase === "in use") throw death(how);
  });

  const removeDir = () => ownDir && rmSync(ownDir, { recursive: true, force: true });
  const forget = atEnd(() => {
    child.kill("SIGKILL");
    removeDir();
  });

  return {
    origin,
    credentials,

    async ready() {
      const deadline = Date.now() + READY_WITHIN_MS;
      while (!(await answers(`${origin}/_ministack/health`))) {
        const how = await Promise.race([ended, sleep(100)]);
        if (how) throw death(how);
        if (Date.now() > deadline) {
          throw new Error(`ministack did not answer within ${READY_WITHIN_MS / 1000} s:\n${log.join("\n")}`);
        }
      }
      phase = "in use";
    },

    async stop() {
      phase = "stopping";
      child.kill("SIGTERM");
      const gone = await Promise.race([ended, sleep(3_000, undefined, { ref: false })]);
      if (!gone) child.kill("SIGKILL");
      await ended;
      forget();
      removeDir();
    },
  };
}

async function answers(url) {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}

// A pool as a front-end team would have it: one public client for the code flow, no secret.
async function seed(emulator, { redirectUris, logoutUris }) {
  const admin = (action, input) => call(emulator, action, input);

  const { UserPool } = await admin("CreateUserPool", { PoolName: "gatepass-demo" });
  const UserPoolId = UserPool.Id;
  const { UserPoolClient } = await admin("CreateUserPoolClient", {
    UserPoolId,
    ClientName: "gatepass-demo",
    GenerateSecret: false,
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthFlows: ["code"],
    AllowedOAuthScopes: ["openid", "email", "profile", "aws.cognito.signin.user.admin"],
    SupportedIdentityProviders: ["COGNITO"],
    CallbackURLs: redirectUris,
    LogoutURLs: logoutUris,
    PreventUserExistenceErrors: "ENABLED",
  });
  await admin("CreateUserPoolDomain", { UserPoolId, Domain: "gatepass-demo" });
  await admin("CreateGroup", { UserPoolId, GroupName: "engineers" });

  await addUser(admin, UserPoolId, USER, { name: "Demo Person", email: USER.name });
  await addUser(admin, UserPoolId, ENGINEER, {
    name: "Ada Lovelace",
    given_name: "Ada",
    family_name: "Lovelace",
    email: ENGINEER.name,
  });
  await admin("AdminAddUserToGroup", { UserPoolId, Username: ENGINEER.name, GroupName: "engineers" });

  return { userPoolId: UserPoolId, clientId: UserPoolClient.ClientId };
}

async function addUser(admin, UserPoolId, { name: Username, password: Password }, attributes) {
  const UserAttributes = Object.entries({ ...attributes, email_verified: "true" }) //
    .map(([Name, Value]) => ({ Name, Value }));
  await admin("AdminCreateUser", { UserPoolId, Username, UserAttributes, MessageAction: "SUPPRESS" });
  await admin("AdminSetUserPassword", { UserPoolId, Username, Password, Permanent: true });
}

async function call(emulator, action, input) {
  const target = `AWSCognitoIdentityProviderService.${action}`;
  return JSON.parse(await send(emulator, { service: "cognito-idp", target, body: JSON.stringify(input) }));
}

async function send({ origin, credentials }, { service, target, body }) {
  const headers = signedHeaders({ host: new URL(origin).host, region: REGION, service, target, body, credentials });
  const response = await fetch(`${origin}/`, { method: "POST", headers, body });
  const answer = await response.text();
  if (!response.ok) throw new Error(`ministack refused ${target ?? body}: ${response.status} ${answer}`);
  return answer;
}
