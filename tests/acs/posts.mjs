// What is posted at an assertion consumer service, and the verdict: the one table for the parser, the
// handler in every runtime, and the worker.

export const FORM = "application/x-www-form-urlencoded";
export const MAX_FIELD = 731_816; // characters
export const MAX_BODY = 3 * MAX_FIELD; // bytes

const RESPONSE = "PHNhbWxwOlJlc3BvbnNlLz4=";
const good = `SAMLResponse=${encodeURIComponent(RESPONSE)}`;
const padded = (length) => `${good}&p=`.padEnd(length, "p");

/** `{ name, body, type, verdict }`; `type` is that of a form unless it is given. */
export const POSTS = [
  // The form (SAML bindings §3.5.4).
  { name: "a response alone", body: good, verdict: { response: RESPONSE } },
  { name: "with a RelayState", body: `${good}&RelayState=Zm9v-_`, verdict: { response: RESPONSE, relayState: "Zm9v-_" } },
  { name: "RelayState first, a field of somebody's own", body: `RelayState=a&theme=dark&theme=blue&${good}`, verdict: { response: RESPONSE, relayState: "a" } },
  { name: "%2B is a plus, a bare plus is a space", body: "SAMLResponse=a%2Bb+c%2F%3D", verdict: { response: "a+b c/=" } },
  { name: "base64 in lines", body: "SAMLResponse=YWFh%0D%0AYmJi", verdict: { response: "YWFh\r\nYmJi" } },
  { name: "what looks like an end of the page", body: `${good}&RelayState=%3C/script%3E%3Cscript%3E%3C!--`, verdict: { response: RESPONSE, relayState: "</script><script><!--" } },
  { name: "not UTF-8", body: "SAMLResponse=%FF%00", verdict: { response: "\ufffd\0" } },

  // content_type
  { name: "a charset", type: `${FORM}; charset=UTF-8`, body: good, verdict: { response: RESPONSE } },
  { name: "the type in capitals", type: FORM.toUpperCase(), body: good, verdict: { response: RESPONSE } },
  { name: "a space before the parameter", type: `${FORM} ;charset=UTF-8`, body: good, verdict: { response: RESPONSE } },
  { name: "multipart", type: "multipart/form-data; boundary=b", body: `--b\r\ncontent-disposition: form-data; name="SAMLResponse"\r\n\r\n${RESPONSE}\r\n--b--`, verdict: { refused: "content_type" } },
  { name: "plain text", type: "text/plain", body: good, verdict: { refused: "content_type" } },
  { name: "JSON", type: "application/json", body: JSON.stringify({ SAMLResponse: RESPONSE }), verdict: { refused: "content_type" } },
  { name: "a longer type", type: `${FORM}-not`, body: good, verdict: { refused: "content_type" } },
  { name: "the type as another's parameter", type: `multipart/form-data; boundary=${FORM}`, body: good, verdict: { refused: "content_type" } },
  { name: "two types", type: `${FORM}, text/plain`, body: good, verdict: { refused: "content_type" } },

  // no_response
  { name: "nothing", body: "", verdict: { refused: "no_response" } },
  { name: "an empty response", body: "SAMLResponse=&RelayState=a", verdict: { refused: "no_response" } },
  { name: "a request", body: `SAMLRequest=${RESPONSE}`, verdict: { refused: "no_response" } },
  { name: "another spelling", body: `samlresponse=${RESPONSE}`, verdict: { refused: "no_response" } },

  // repeated
  { name: "two responses", body: `${good}&${good}`, verdict: { refused: "repeated" } },
  { name: "a response and an empty one", body: `${good}&SAMLResponse=`, verdict: { refused: "repeated" } },
  { name: "two responses, one name in disguise", body: `${good}&SAML%52esponse=b`, verdict: { refused: "repeated" } },
  { name: "two RelayStates", body: `${good}&RelayState=a&RelayState=a`, verdict: { refused: "repeated" } },
  { name: "two empty RelayStates", body: `${good}&RelayState=&RelayState=`, verdict: { refused: "repeated" } },

  // RelayState of 80 bytes (SAML bindings §3.5.3)
  { name: "RelayState of 80 bytes", body: `${good}&RelayState=${"r".repeat(80)}`, verdict: { response: RESPONSE, relayState: "r".repeat(80) } },
  { name: "RelayState of 81 bytes", body: `${good}&RelayState=${"r".repeat(81)}`, verdict: { response: RESPONSE } },
  { name: "RelayState of 40 characters, 80 bytes", body: `${good}&RelayState=${"%C3%A9".repeat(40)}`, verdict: { response: RESPONSE, relayState: "é".repeat(40) } },
  { name: "RelayState of 40 characters, 81 bytes", body: `${good}&RelayState=${"%C3%A9".repeat(39)}%E2%82%AC`, verdict: { response: RESPONSE } },
  { name: "an empty RelayState is none", body: `${good}&RelayState=`, verdict: { response: RESPONSE } },

  // too_large
  { name: "the longest field", body: `SAMLResponse=${"A".repeat(MAX_FIELD)}`, verdict: { response: "A".repeat(MAX_FIELD) } },
  { name: "one character more", body: `SAMLResponse=${"A".repeat(MAX_FIELD + 1)}`, verdict: { refused: "too_large" } },
  { name: "the longest body", body: padded(MAX_BODY), verdict: { response: RESPONSE } },
  { name: "one byte more", body: padded(MAX_BODY + 1), verdict: { refused: "too_large" } },
];
