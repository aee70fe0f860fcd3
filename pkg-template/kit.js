// What the page has once, for all that is fetched apart and must not bring its own.

import { GatepassError, addCodes, toGatepassError } from "./errors.js";
import { doors, load } from "./load.js";
import { depart } from "./page.js";

/** `taken`: hand-overs that one of the page's clients has taken, by handle. */
export const kit = { GatepassError, addCodes, depart, doors, load, taken: new Map(), toGatepassError };
