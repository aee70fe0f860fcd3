//! The exported handle: each method is one step of the core.
//!
//! Only `&self`, nothing borrowed across an await, and every failure leaves as a plain object. Records
//! and sessions are texts on the outside: JavaScript stores them, and only the core reads them.

#[cfg(feature = "openmetadata")]
use super::answers::settled;
use super::answers::view;
use super::convert::{error_to_js, exact, internal, now, texts};
use super::crypto;
use super::fetch::{answer_to_response, outgoing};
use super::judge::{Verdict, read_renewal};
use crate::error::Error;
use crate::oidc::callback::{self, Arrival, VerifiedCallback};
use crate::oidc::config::Config;
use crate::oidc::pages::{Page, page};
use crate::oidc::sign_in::SignIn;
use crate::oidc::transaction::Transaction;
use crate::oidc::{cognito, discovery, keys, logout, request, tokens, userinfo};
#[cfg(feature = "openmetadata")]
use crate::openmetadata::{self, issued};
use crate::secret::Secret;
use crate::session::Session;
use crate::wire::Redirect;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// One client of one provider.
#[wasm_bindgen]
pub struct Client {
    /// Replaced once, when the provider's metadata have come.
    config: RefCell<Rc<Config>>,
    /// What an OpenMetadata server has left in a cookie.
    #[cfg(feature = "openmetadata")]
    pub(super) refresh_token: RefCell<Option<Secret>>,
}

#[wasm_bindgen]
impl Client {
    /// A client by the JSON text of the app's configuration, in a page of `origin`. The module with OpenMetadata's
    /// rules is loaded for its door alone.
    ///
    /// # Errors
    /// `config_invalid`, `unsupported_environment`.
    #[wasm_bindgen(constructor)]
    pub fn new(config: &str, origin: &str) -> Result<Client, JsValue> {
        #[cfg(not(feature = "openmetadata"))]
        let parse = Config::parse;
        #[cfg(feature = "openmetadata")]
        let parse = openmetadata::config::parse;
        let config = crypto::supported().and_then(|()| parse(config, origin)).map_err(error_to_js)?;
        Ok(Client {
            config: RefCell::new(config.into()),
            #[cfg(feature = "openmetadata")]
            refresh_token: RefCell::default(),
        })
    }

    /// Whose records these are, for the vault: a record of another owner does not open.
    pub fn owner(&self) -> String {
        let config = self.config();
        ["1", &config.common.name, config.provider.issuer(), &config.client_id, "session"].join(" ")
    }

    /// Whether the provider's endpoints are known.
    #[wasm_bindgen(js_name = isKnown)]
    pub fn is_known(&self) -> bool {
        self.config().provider.is_known()
    }

    /// Asks for the provider's metadata.
    pub fn discover(&self) -> JsValue {
        outgoing(&discovery::fetch(self.config().provider.issuer()))
    }

    /// Takes the provider's metadata.
    ///
    /// # Errors
    /// `discovery_invalid`, `provider_unavailable`.
    pub fn discovered(&self, answer: &JsValue) -> Result<(), JsValue> {
        let config = self.config();
        let response = answer_to_response(answer);
        #[cfg(feature = "openmetadata")]
        let provider = openmetadata::config::discovered(&response, &config.provider);
        #[cfg(not(feature = "openmetadata"))]
        let provider = discovery::read(&response, config.provider.issuer());
        let provider = provider.map_err(error_to_js)?;
        self.config.replace(Rc::new(Config { provider, ..Config::clone(&config) }));
        Ok(())
    }

    /// Begins a sign-in: `{ url, state, record }`. `here` is where to be afterwards unless `options` say so.
    ///
    /// # Errors
    /// `request_invalid`.
    #[wasm_bindgen(js_name = signIn)]
    pub fn sign_in(&self, options: &str, here: &str) -> Result<JsValue, JsValue> {
        self.begin(SignIn::parse(options).map(|sign_in| sign_in.or_return_to(here)))
    }

    /// Begins a sign-in as a link says; `query` is the link's.
    ///
    /// # Errors
    /// `request_invalid`.
    #[wasm_bindgen(js_name = startFrom)]
    pub fn start_from(&self, query: &str) -> Result<JsValue, JsValue> {
        self.begin(SignIn::from_link(query, &self.config()))
    }

    /// Begins the sign-in of `record` anew; without one, a plain sign-in.
    ///
    /// # Errors
    /// `internal`.
    pub fn restart(&self, record: Option<String>) -> Result<JsValue, JsValue> {
        let transaction = record.as_deref().and_then(Transaction::read);
        self.begin(Ok(transaction.map(|transaction| transaction.sign_in).unwrap_or_default()))
    }

    /// What an address is: `{ kind: "nothing" | "stray" | "response", state }`. A `response` without
    /// `state` answers no sign-in of ours.
    ///
    /// # Errors
    /// `callback_invalid`; the provider's refusal when it comes without state.
    pub fn arrival(&self, address: &str) -> Result<JsValue, JsValue> {
        #[cfg(feature = "openmetadata")]
        if self.config().issued().is_some() && issued::token_in(address).map_err(error_to_js)?.is_some() {
            return Ok(texts(&[("kind", Some("response")), ("state", Some(issued::STATE))]));
        }
        let (kind, response) = match callback::parse(address).map_err(error_to_js)? {
            Arrival::Nothing => ("nothing", None),
            // Such a server answers with no code: a link with one must not begin a sign-in that somebody else ends.
            #[cfg(feature = "openmetadata")]
            Arrival::CodeWithoutState if self.config().issued().is_some() => ("nothing", None),
            Arrival::CodeWithoutState => ("stray", None),
            Arrival::ErrorWithoutState(error) => return Err(error_to_js(error)),
            Arrival::Response(response) => ("response", Some(response)),
        };
        Ok(texts(&[("kind", Some(kind)), ("state", response.as_ref().and_then(|response| response.state()))]))
    }

    /// Matches an address with its transaction: `{ returnTo, jwksUri }`.
    ///
    /// # Errors
    /// `callback_invalid`, `access_denied`, `login_required`, `provider_refused`.
    pub fn verify(&self, address: &str, record: &str) -> Result<JsValue, JsValue> {
        #[cfg(feature = "openmetadata")]
        if self.config().issued().is_some() {
            return self.issued_answer(address, record).map_err(error_to_js);
        }
        let callback = verified(address, record).map_err(error_to_js)?;
        let transaction = callback.transaction();
        Ok(texts(&[("returnTo", Some(&transaction.return_to)), ("jwksUri", Some(&transaction.jwks_uri))]))
    }

    /// Sends the code of an address to the token endpoint.
    ///
    /// # Errors
    /// As [`Client::verify`].
    pub fn exchange(&self, address: &str, record: &str) -> Result<JsValue, JsValue> {
        let callback = verified(address, record).map_err(error_to_js)?;
        Ok(outgoing(&tokens::exchange(&callback)))
    }

    /// Asks for a key set; `fresh`: past the HTTP cache.
    pub fn keys(&self, jwks_uri: &str, fresh: bool) -> JsValue {
        outgoing(&keys::fetch(jwks_uri, fresh))
    }

    /// Whether an answer is a key set.
    ///
    /// # Errors
    /// `keys_unavailable`, `keys_invalid`.
    #[wasm_bindgen(js_name = checkKeys)]
    pub fn check_keys(&self, answer: &JsValue) -> Result<(), JsValue> {
        keys::read(&answer_to_response(answer)).map(drop).map_err(error_to_js)
    }

    /// Judges the answer to [`Client::exchange`], step by step: `undefined`: come again with a key set, or
    /// with a newer one (`last`: there is none); a question for WebCrypto: come again with its answer as
    /// `proof`, `{ holds, digest }`; else `{ session, drift }`.
    ///
    /// # Errors
    /// Every code of the rooms tokens and id_token.
    pub fn identify(
        &self,
        record: &str,
        answer: &JsValue,
        keys: &JsValue,
        last: bool,
        proof: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let begin = || {
            let transaction = Transaction::read(record).ok_or_else(|| internal("record"))?;
            Verdict::on_exchange(&self.config(), transaction, answer)?.next(keys, last, proof)
        };
        begin().map_err(error_to_js)
    }

    /// Renews the tokens of a session.
    pub fn refresh(&self, refresh_token: &str) -> JsValue {
        let config = self.config();
        #[cfg(feature = "openmetadata")]
        if let Some(issued) = config.issued() {
            return outgoing(&issued.refresh(&Secret::new(refresh_token)));
        }
        outgoing(&tokens::refresh(&config.provider.token_endpoint, &config.client_id, &Secret::new(refresh_token)))
    }

    /// The key set that renewals are checked with.
    #[wasm_bindgen(js_name = jwksUri)]
    pub fn jwks_uri(&self) -> String {
        self.config().provider.jwks_uri.clone()
    }

    /// Judges the answer to [`Client::refresh`], step by step as [`Client::identify`] does.
    ///
    /// # Errors
    /// Every code of the rooms tokens and id_token.
    pub fn renewed(
        &self,
        session: &str,
        answer: &JsValue,
        keys: &JsValue,
        last: bool,
        proof: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let renew = || {
            let config = self.config();
            let session = Session::read(session, &config).map_err(internal)?;
            #[cfg(feature = "openmetadata")]
            if config.issued().is_some() && issued::renews_never(&answer_to_response(answer)) {
                let unrenewed = Session { refresh_token: None, ..session };
                return Ok(settled(&unrenewed.write(&config), 0));
            }
            Verdict::on_renewal(&config, session, answer)?.next(keys, last, proof)
        };
        renew().map_err(error_to_js)
    }

    /// The session with the refresh token of an answer that was not believed: the old one may be spent.
    pub fn rotated(&self, session: &str, answer: &JsValue) -> Option<String> {
        let config = self.config();
        let session = Session::read(session, &config).ok()?;
        let refresh_token = read_renewal(&config, &answer_to_response(answer)).ok()?.refresh_token?;
        Some(Session { refresh_token: Some(refresh_token), ..session }.write(&config))
    }

    /// Reads a session: `{ accessToken, idToken, refreshToken, since, lifetime, user }`, both numbers in
    /// seconds.
    ///
    /// # Errors
    /// Why it is dropped, a text: `damaged`, `version`, `foreign`.
    pub fn view(&self, session: &str) -> Result<JsValue, JsValue> {
        let config = self.config();
        Session::read(session, &config).map(|session| view(&session, &config)).map_err(JsValue::from)
    }

    /// Tells the provider that a refresh token is no longer wanted; `undefined` when it has no such endpoint.
    pub fn revoke(&self, refresh_token: &str) -> Option<JsValue> {
        let config = self.config();
        let endpoint = &config.provider.revocation_endpoint;
        let revoke = || outgoing(&tokens::revoke(endpoint, &config.client_id, &Secret::new(refresh_token)));
        (!endpoint.is_empty()).then(revoke)
    }

    /// The address of the provider's logout page.
    pub fn logout(&self) -> String {
        logout::redirect(&self.config()).0
    }

    /// Ends the person's sessions on every device; `undefined` where there is no such thing.
    pub fn everywhere(&self, access_token: &str) -> Option<JsValue> {
        let config = self.config();
        let pool = config.provider.cognito.as_ref()?;
        Some(outgoing(&cognito::global_sign_out(pool, &Secret::new(access_token))))
    }

    /// Asks for the claims of the userinfo endpoint.
    ///
    /// # Errors
    /// `userinfo_invalid`.
    pub fn userinfo(&self, access_token: &str) -> Result<JsValue, JsValue> {
        userinfo::fetch(&self.config().provider, &Secret::new(access_token))
            .map(|request| outgoing(&request))
            .map_err(error_to_js)
    }

    /// Reads the answer to [`Client::userinfo`].
    ///
    /// # Errors
    /// `userinfo_invalid`, `provider_unavailable`.
    #[wasm_bindgen(js_name = userinfoClaims)]
    pub fn userinfo_claims(&self, answer: &JsValue, subject: &str) -> Result<JsValue, JsValue> {
        userinfo::read(&answer_to_response(answer), subject).map(|claims| exact(&claims)).map_err(error_to_js)
    }

    /// The address of a hosted page: `signUp`, `forgotPassword` or `addPasskey`.
    #[wasm_bindgen(js_name = pageUrl)]
    pub fn page_url(&self, name: &str) -> Option<String> {
        let which = match name {
            "addPasskey" => Page::AddPasskey,
            "forgotPassword" => Page::ForgotPassword,
            "signUp" => Page::SignUp,
            _ => return None,
        };
        page(&self.config(), which)
    }
}

impl Client {
    pub(super) fn config(&self) -> Rc<Config> {
        self.config.borrow().clone()
    }

    fn begin(&self, sign_in: Result<SignIn, Error>) -> Result<JsValue, JsValue> {
        let begin = || {
            let (redirect, transaction) = depart(&self.config(), &sign_in?)?;
            let record = transaction.write();
            Ok(texts(&[("url", Some(&redirect.0)), ("state", Some(&transaction.state)), ("record", Some(&record))]))
        };
        begin().map_err(error_to_js)
    }
}

fn depart(config: &Config, sign_in: &SignIn) -> Result<(Redirect, Transaction), Error> {
    #[cfg(feature = "openmetadata")]
    if let Some(issued) = config.issued() {
        return issued.start(config, sign_in, now());
    }
    Ok(request::authorize(config, sign_in, &entropy()?, now()))
}

fn entropy() -> Result<request::Entropy, Error> {
    let mut entropy = request::Entropy { state: [0; 32], nonce: [0; 32], verifier: [0; 32] };
    crypto::fill([&mut entropy.state, &mut entropy.nonce, &mut entropy.verifier])?;
    Ok(entropy)
}

fn verified(address: &str, record: &str) -> Result<VerifiedCallback, Error> {
    let unknown = || callback::refused("state_unknown");
    let Arrival::Response(response) = callback::parse(address)? else { return Err(unknown()) };
    callback::verify(response, Transaction::read(record).ok_or_else(unknown)?, now())
}
