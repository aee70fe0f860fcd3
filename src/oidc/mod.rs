//! The Cognito / OpenID Connect door: authorization code with PKCE.
//!
//! ```text
//!  config ─> request::authorize ─> Redirect ······· the browser leaves and comes back ·······┐
//!                   └─> Transaction (stored under its state)                                 │
//!                              └──────────> callback::verify <── callback::parse(address) <──┘
//!                                                  │ VerifiedCallback
//!                                           tokens::exchange ─> HttpRequest      keys::fetch ─> HttpRequest
//!                                           tokens::read     <─ HttpResponse     keys::read  <─ HttpResponse
//!                                                  │ Tokens (unverified)              │ KeySet
//!                                           id_token::signature_check ─> SignatureCheck ─> (WebCrypto) ─> SignatureValid
//!                                                  └────────────> id_token::verify ─> IdToken ─> session
//! ```
//!
//! | room | specification |
//! |---|---|
//! | [`config`] | this door's options |
//! | [`cognito`] | every place where Cognito differs, and nowhere else |
//! | [`discovery`] | any other provider: OpenID Connect Discovery §4, RFC 8414 |
//! | [`sign_in`] | what the app or a link asks for: OpenID Connect Core §4 |
//! | [`request`] | RFC 6749 §4.1.1, RFC 7636 §4.1–4.3, OpenID Connect Core §3.1.2.1 |
//! | [`transaction`] | what must survive the redirect (RFC 9700 §2.1, §4.4) |
//! | [`callback`] | RFC 6749 §4.1.2, RFC 9207 §2.4 |
//! | [`tokens`] | RFC 6749 §4.1.3–4.1.4, §5; RFC 7009 |
//! | [`keys`] | RFC 7517 |
//! | [`id_token`] | OpenID Connect Core §3.1.3.7, RFC 7515, RFC 7519 |
//! | [`clock`] | how the page's wrong clock is learnt |
//! | [`userinfo`] | OpenID Connect Core §5.3 |
//! | [`pages`] | Cognito's other hosted pages |
//! | [`logout`] | OpenID Connect RP-Initiated Logout; Cognito's `/logout` |

pub mod callback;
pub mod clock;
pub mod cognito;
pub mod config;
pub mod discovery;
pub mod id_token;
pub mod keys;
pub mod logout;
pub mod pages;
pub mod provider;
pub mod request;
pub mod sign_in;
pub mod tokens;
pub mod transaction;
pub mod userinfo;
