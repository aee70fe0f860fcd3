// The codes of the OpenMetadata door, which only its pages download. One list with those of errors.js.

// code: [phase, turn, retryable, sentence]
export const CODES = {
  sign_in_loop: ["request", "developer", false, "The sign-in succeeds and is asked for again and again. The server may not know this person."],
};
