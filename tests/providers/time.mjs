// The wall clock of this process, which is the clock of every provider that runs in it: tokens end
// without waiting.

const { now } = Date;
let ahead = 0;

/** Lets `seconds` pass on the wall clock at once. */
export function advance(seconds) {
  ahead += seconds * 1000;
  Date.now = () => now() + ahead;
}

/** Sets the wall clock right again. */
export function reset() {
  ahead = 0;
  Date.now = now;
}
