// The whole sign-in in Chromium against the Cognito emulator.

import { after } from "node:test";
import { startMinistack } from "../providers/ministack.mjs";
import { signInFlows } from "./flows.mjs";
import { startWorld } from "./world.mjs";

const world = await startWorld({ startProvider: emulator });
after(world.stop);
signInFlows(world);

async function emulator(options) {
  const provider = await startMinistack(options);
  const { userPoolId, clientId, domain, jwksUri, engineer } = provider;
  return { ...provider, cognito: { userPoolId, clientId, domain, endpoints: { jwksUri } }, person: engineer };
}
