//! The exported handle of the room with the credentials: each method is one step of the core.

use super::convert::{error_to_js, integer, now, number, object, seconds, set, texts};
use super::fetch::{answer_to_response, outgoing};
use crate::aws::config::Config;
use crate::aws::credentials;
use crate::aws::flow::{Flow, Step};
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
/// `{ credentials, lifetime }`, seconds from now on.
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

    /// What guests are remembered under: the pool; `undefined`: guests get nothing.
    pub fn guests(&self) -> Option<String> {
        self.config.pool.as_ref().filter(|_| self.config.guest).map(|pool| pool.id.clone())
    }

    /// Whether the login is the SAML response, not the ID token.
    #[wasm_bindgen(js_name = takesResponse)]
    pub fn takes_response(&self) -> bool {
        self.config.saml_provider.is_some()
    }

    /// Begins; without a `value`, which is an ID token of `issuer` or a SAML response, as a guest. `kept`: the identity of
    /// before.
    pub fn begin(&self, issuer: &str, value: Option<String>, kept: Option<String>) -> AwsFlow {
        let Config { saml_provider, logins_key, .. } = &*self.config;
        let known = saml_provider.as_deref().or(logins_key.as_deref());
        let key = known.or(issuer.strip_prefix("https://")).unwrap_or(issuer);
        let login = value.map(|value| Login { key: key.into(), value: Secret::new(value) });
        AwsFlow { flow: Flow::begin(self.config.clone(), login, kept).into() }
    }

    /// Whether credentials may be given out again so many seconds after they came.
    #[wasm_bindgen(js_name = isFresh)]
    pub fn is_fresh(&self, lifetime: f64, elapsed: f64) -> bool {
        credentials::is_fresh(integer(lifetime), integer(elapsed))
    }

    /// `accountId` of the configuration.
    #[wasm_bindgen(js_name = accountId)]
    pub fn account_id(&self) -> Option<String> {
        self.config.account_id.clone()
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
        Step::Done(credentials, lifetime, identity_id) => {
            let done = object();
            let given = texts(&[
                ("accessKeyId", Some(&credentials.access_key_id)),
                ("secretAccessKey", Some(credentials.secret_access_key.expose())),
                ("sessionToken", Some(credentials.session_token.expose())),
                ("identityId", identity_id.as_deref()),
            ]);
            set(&done, "credentials", &given);
            set(&done, "lifetime", &number(lifetime));
            done
        }
    }
}
