// The whole sign-in in Chromium against the certified OpenID provider `oidc-provider`.

import { after } from "node:test";
import { signInFlows } from "./flows.mjs";
import { startWorld } from "./world.mjs";

const world = await startWorld();
after(world.stop);
signInFlows(world);
