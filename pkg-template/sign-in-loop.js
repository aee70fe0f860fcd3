// A page that sends everybody to the sign-in whom its API does not accept, and a provider that knows them
// still: without an end to it they go round for ever.
//
//   sign-in ──> back, signed in ── noted ──> API: 401, 404 ──> sign-in … the fourth within a minute is refused

const MARK = "signed-in-at";
const MOST = 3;
const WINDOW = 60; // seconds

/** Refuses the client's sign-ins beyond three by redirect within a minute; a sign-out forgets them. */
export function breakLoops({ door, records }, GatepassError) {
  const { arrive, signOut } = door;
  const now = () => Math.floor(Date.now() / 1000);
  const recent = () => (records.mark(MARK) ?? "").split(",").filter((time) => time && Math.abs(now() - time) < WINDOW);
  const unlooped = (begin) => (...args) => {
    if (recent().length >= MOST) throw new GatepassError("sign_in_loop");
    return begin(...args);
  };
  const noted = (completed) => {
    if (completed.returnTo) records.setMark(MARK, [...recent(), now()].join());
    return completed;
  };

  door.arrive = (...args) => arrive(...args).then(noted);
  for (const way of ["signIn", "signInWithPopup", "startFrom"]) door[way] = unlooped(door[way]);
  door.signOut = (...args) => {
    records.setMark(MARK);
    return signOut(...args);
  };
}
