// Sign-in in a window of its own.
//
//   this page: opens it, holds the transaction in memory ──> window: provider's pages ──> redirect URI
//        └──────── takes the address up, acknowledges it <── the address, by both ways ──────┘ closes
//
// By postMessage to the opener, and by BroadcastChannel, because a provider's Cross-Origin-Opener-Policy
// cuts the window off from its opener. Both reach this origin only. While this page waits it holds a
// lock with the state in its name, so that a page with a stale address knows at once that nobody does.

const CHANNEL = "gatepass:popup";
const ANSWER_WITHIN = 5000; // milliseconds; the page that waits may be busy
const GRACE = 1000; // milliseconds from the person's return to this page

const RETURNS = ["focus", "pointerdown"];

const waiting = new Map(); // by state: what to do with its address

/**
 * `take(address)` is called when the window comes back with `state`; `givenUp()` when the person closes
 * it. An address that comes after that is taken all the same.
 */
export function awaitPopup(popup, state, take, givenUp) {
  listen();
  // A window under another policy says `closed` at once: believed only when the person is back here.
  const back = () => popup.closed && setTimeout(givenUp, GRACE);
  for (const event of RETURNS) addEventListener(event, back);
  const end = () => RETURNS.forEach((event) => removeEventListener(event, back));
  const answered = new Promise((resolve) => waiting.set(state, { popup, take: (address) => (end(), resolve(), take(address)) }));
  navigator.locks.request(lockOf(state), () => answered).catch(() => {});
}

/** In the window: gives the address to the page that waits for it. False: nobody does. */
export async function handOver(state, address) {
  const isWaiting = ({ held }) => held.some(({ name }) => name === lockOf(state));
  const waits = await navigator.locks.query().then(isWaiting, () => true); // denied: ask all the same
  if (!waits) return false;
  return new Promise((resolve) => {
    const channel = new BroadcastChannel(CHANNEL);
    const end = (taken) => {
      clearTimeout(timer);
      removeEventListener("message", heard);
      channel.close();
      resolve(taken);
      if (taken) window.close();
    };
    const heard = ({ data, origin }) => origin === location.origin && data?.taken === state && end(true);
    const timer = setTimeout(end, ANSWER_WITHIN, false);
    addEventListener("message", heard);
    channel.onmessage = heard;
    const message = { state, address };
    window.opener?.postMessage(message, location.origin);
    channel.postMessage(message);
  });
}

const lockOf = (state) => `${CHANNEL}:${state}`;

let channel;
function listen() {
  if (channel) return;
  channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }) => take(data ?? {}) && channel.postMessage({ taken: data.state });
  addEventListener("message", ({ data, origin, source }) => {
    if (origin !== location.origin || waiting.get(data?.state)?.popup !== source) return;
    if (take(data)) source.postMessage({ taken: data.state }, origin);
  });
}

function take({ state, address }) {
  const entry = waiting.get(state);
  waiting.delete(state);
  entry?.take(address);
  return !!entry;
}
