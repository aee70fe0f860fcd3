//! The exported handle of the room with the credentials: each method is one step of the core.

use super::convert::{error_to_js, now, number, object, seconds, set, texts};
use super::fetch::{answer_to_response, outgoing};
use crate::aws::config::Config;
use crate::aws::credentials::freshness;
use crate::aws::flow::{Flow, Granted, Step};
use crate::aws::identity_pool::Login;
use crate::error::Error;
use crate::secret::Secret;
use js_sys::Reflect;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// Where one client's credentials come from.
#[wasm_bindgen]
pub struct AwsClient {
    config: Rc<Config>,
}

/// One way to credentials, step by step: `{ request, limit }` to send, `{ renew }`: come again with a newer ID token, or
/// `{ credentials, lifetime, fresh }`: seconds from now on, to their end and to their renewal.
#[wasm_bindgen]
pub struct AwsFlow {
    flow: RefCell<Flow>,
}

#[wasm_bindgen]
impl AwsClient {
    /// By the JSON text of the app's configuration.
    ///
    /// # Errors
    /// `config_invalid`.
    #[wasm_bindgen(constructor)]
    pub fn new(config: &str) -> Result<AwsClient, JsValue> {
        Config::parse(config).map(|config| AwsClient { config: config.into() }).map_err(error_to_js)
    }

    /// Begins; without a `value`, which is an ID token of `issuer` or a SAML response, as a guest. `kept`: the identity of
    /// before.
    pub fn begin(&self, issuer: &str, value: Option<String>, kept: Option<String>) -> AwsFlow {
        let login = value.map(|value| Login::new(&self.config, issuer, Secret::new(value)));
        AwsFlow { flow: Flow::begin(self.config.clone(), login, kept).into() }
    }
}

#[wasm_bindgen]
impl AwsFlow {
    /// The first step.
    pub fn first(&self) -> JsValue {
        step(self.flow.borrow().next())
    }

    /// Takes the answer to a request.
    ///
    /// # Errors
    /// `aws_refused`, `rate_limited`, `provider_unavailable`, `sign_in_required`.
    pub fn take(&self, answer: &JsValue) -> Result<JsValue, JsValue> {
        let at = Reflect::get(answer, &"at".into()).ok().and_then(|at| at.as_f64()).map_or_else(now, seconds);
        stepped(self.flow.borrow_mut().take(&answer_to_response(answer), at))
    }

    /// Takes a newer ID token; `undefined`: there is none.
    ///
    /// # Errors
    /// What AWS said to the old one.
    pub fn renewed(&self, token: Option<String>) -> Result<JsValue, JsValue> {
        stepped(self.flow.borrow_mut().renewed(token.map(Secret::new)))
    }
}

fn stepped(result: Result<Step, Error>) -> Result<JsValue, JsValue> {
    result.map(step).map_err(error_to_js)
}

fn step(step: Step) -> JsValue {
    match step {
        Step::Ask(request) => outgoing(&request),
        Step::Renew => {
            let renew = object();
            set(&renew, "renew", &true.into());
            renew
        }
        Step::Done(granted) => {
            let Granted { credentials, lifetime, identity_id, account_id } = granted;
            let done = object();
            let given = texts(&[
                ("accessKeyId", Some(&credentials.access_key_id)),
                ("secretAccessKey", Some(credentials.secret_access_key.expose())),
                ("sessionToken", Some(credentials.session_token.expose())),
                ("identityId", identity_id.as_deref()),
                ("accountId", account_id.as_deref()),
            ]);
            set(&done, "credentials", &given);
            set(&done, "lifetime", &number(lifetime));
            set(&done, "fresh", &number(freshness(lifetime)));
            done
        }
    }
}
