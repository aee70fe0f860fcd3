// The other tabs of this origin hear of every change: they read the record again. No secret is told.

/** `heard(what)`: "changed", "signed_out", or "revoked". */
export function openTabs(name, heard) {
  const channel = new BroadcastChannel(`gatepass:${name}`);
  channel.onmessage = ({ data }) => heard(data);
  return { tell: (what) => channel.postMessage(what) };
}
