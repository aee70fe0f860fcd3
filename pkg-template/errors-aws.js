// The code of the room with the credentials, which only pages that ask for them download. One list with those of errors.js.

// code: [phase, turn, retryable, sentence]
export const CODES = {
  aws_refused: ["credentials", "provider", false, "AWS gives no credentials for this sign-in."],
};
