//! The exported handle: each method is a core step, an effect, a core step.
//!
//! Only `&self`, no borrow across an await, and every failure leaves as a plain object.

use super::arrival::{Arrived, Pending};
use super::convert::{callback_result, error_to_js, signed_in, signed_out};
use super::storage::{Idb, RESTARTED, Records, SIGNED_OUT};
use super::{crypto, fetch, page};
use crate::config::Config;
use crate::error::{Error, ErrorCode};
use crate::oidc::pages::{Page, page};
use crate::oidc::sign_in::SignIn;
use crate::oidc::{logout, request, tokens};
use crate::secret::Secret;
use crate::session::Session;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// What the package gives the core: its IndexedDB records and the app's log.
    pub type Host;

    #[wasm_bindgen(method, getter)]
    fn idb(this: &Host) -> Idb;

    #[wasm_bindgen(method)]
    pub(super) fn log(this: &Host, event: &str, detail: &str);
}

/// One client of one provider.
#[wasm_bindgen]
pub struct Client {
    pub(super) config: Config,
    pub(super) host: Host,
    pub(super) records: Records,
    session: RefCell<Option<Rc<Session>>>,
    reason: Cell<&'static str>,
    /// Raised by every sign-out: what began before it must not bring a session back.
    pub(super) epoch: Cell<u32>,
    /// A callback that a network fault interrupted: its code, or the tokens that wait for keys.
    pub(super) pending: RefCell<Option<Pending>>,
}

#[wasm_bindgen]
impl Client {
    /// A client by the JSON text of the app's configuration.
    ///
    /// # Errors
    /// `config_invalid`, `unsupported_environment`.
    #[wasm_bindgen(constructor)]
    pub fn new(config: &str, host: Host) -> Result<Client, JsValue> {
        let build = || {
            page::subtle()?;
            Config::parse(config, &page::origin()?)
        };
        let config = build().map_err(error_to_js)?;
        Ok(Client {
            records: Records::new(&config.name, config.storage, host.idb()),
            config,
            host,
            session: RefCell::default(),
            reason: Cell::new("never"),
            epoch: Cell::default(),
            pending: RefCell::default(),
        })
    }

    /// Reads the stored session, if there is one.
    pub fn restore(&self) -> JsValue {
        self.read_session();
        self.snapshot()
    }

    /// Leaves for the login page.
    ///
    /// # Errors
    /// `request_invalid`, `storage_unavailable`.
    #[wasm_bindgen(js_name = signIn)]
    pub async fn sign_in(&self, options: &str) -> Result<(), JsValue> {
        let sign_in = SignIn::parse(options).map_err(error_to_js)?;
        self.leave_to_sign_in(sign_in.or_return_to(&page::here(&self.config))).await.map_err(error_to_js)
    }

    /// Leaves for the login page as a link says; `query` is the link's.
    ///
    /// # Errors
    /// As [`Client::sign_in`].
    #[wasm_bindgen(js_name = startFrom)]
    pub async fn start_from(&self, query: &str) -> Result<(), JsValue> {
        let sign_in = SignIn::from_link(query, &self.config).map_err(error_to_js)?;
        self.leave_to_sign_in(sign_in).await.map_err(error_to_js)
    }

    /// Completes the sign-in that `address` answers. Null: the page is leaving.
    ///
    /// # Errors
    /// Every code of the rooms callback, tokens, id_token and keys.
    #[wasm_bindgen(js_name = handleCallback)]
    pub async fn handle_callback(&self, address: &str) -> Result<JsValue, JsValue> {
        let return_to = match self.arrive(address).await.map_err(error_to_js)? {
            Arrived::Leaving => return Ok(JsValue::NULL),
            Arrived::SignedIn(return_to) => Some(return_to),
            Arrived::Stay => None,
        };
        Ok(callback_result(&self.snapshot(), return_to.as_deref()))
    }

    /// The access token, valid for `min_validity` seconds or more.
    ///
    /// # Errors
    /// `sign_in_required`.
    #[wasm_bindgen(js_name = accessToken)]
    pub fn access_token(&self, min_validity: i32) -> Result<String, JsValue> {
        self.live(min_validity).map(|session| session.access_token.expose().to_owned())
    }

    /// The ID token, valid for `min_validity` seconds or more.
    ///
    /// # Errors
    /// `sign_in_required`.
    #[wasm_bindgen(js_name = idToken)]
    pub fn id_token(&self, min_validity: i32) -> Result<String, JsValue> {
        self.live(min_validity).map(|session| session.id_token.expose().to_owned())
    }

    /// Signs out here; `global`: leaves for the provider's logout page too.
    #[wasm_bindgen(js_name = signOut)]
    pub async fn sign_out(&self, global: bool) -> Result<JsValue, JsValue> {
        self.epoch.set(self.epoch.get().wrapping_add(1));
        self.read_session();
        let session = self.session.take();
        self.pending.take();
        self.records.drop_session();
        self.records.set_mark(SIGNED_OUT, Some("1"));
        self.reason.set("signed_out");
        if let Some(token) = session.as_ref().and_then(|session| session.refresh_token.as_ref()) {
            self.revoke(token);
        }
        self.records.clear().await;
        if global {
            page::go(&logout::redirect(&self.config)).map_err(error_to_js)?;
        }
        Ok(self.snapshot())
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
        Some(page(&self.config, which))
    }
}

impl Client {
    pub(super) async fn leave_to_sign_in(&self, sign_in: SignIn) -> Result<(), Error> {
        let now = page::now();
        let (redirect, transaction) = request::authorize(&self.config, &sign_in, &crypto::entropy()?, now);
        if !self.records.keep(&transaction, now).await {
            return Err(Error::new(ErrorCode::StorageUnavailable, "transaction"));
        }
        page::go(&redirect)
    }

    pub(super) fn is_signed_in(&self) -> bool {
        self.session.borrow().as_ref().is_some_and(|session| session.remaining(page::now()) > 0)
    }

    /// Takes up a session that has just begun; says so where it cannot be stored.
    pub(super) fn take_up(&self, session: Session) {
        if session.drift().unsigned_abs() > NOTABLE_DRIFT {
            self.host.log("clock_drift_adopted", &session.drift().to_string());
        }
        if !self.records.keep_session(&session.write(&self.config)) {
            self.host.log("session_in_memory", "storage");
        }
        self.records.set_mark(SIGNED_OUT, None);
        self.records.set_mark(RESTARTED, None);
        self.session.replace(Some(Rc::new(session)));
    }

    /// Tells the provider that a refresh token is no longer wanted. Nobody waits for the answer.
    pub(super) fn revoke(&self, refresh_token: &Secret) {
        let request = tokens::revoke(&self.config.provider.revocation_endpoint, &self.config.client_id, refresh_token);
        let answer = fetch::start(&request);
        wasm_bindgen_futures::spawn_local(async move { drop(answer.await) });
    }

    /// The stored session becomes the present one, unless this page has one already.
    pub(super) fn read_session(&self) {
        if self.session.borrow().is_none() {
            match self.records.session().map(|text| Session::read(&text, &self.config)) {
                Some(Ok(session)) => drop(self.session.replace(Some(Rc::new(session)))),
                Some(Err(why)) => {
                    self.records.drop_session();
                    self.host.log("session_dropped", why);
                }
                None if self.records.mark(SIGNED_OUT).is_some() => self.reason.set("signed_out"),
                None => {}
            }
        }
        self.end_if_over();
    }

    fn end_if_over(&self) {
        if self.session.borrow().is_some() && !self.is_signed_in() {
            self.session.take();
            self.records.drop_session();
            self.reason.set("expired");
        }
    }

    fn snapshot(&self) -> JsValue {
        match self.session.borrow().as_ref() {
            Some(session) => signed_in(session, &self.config),
            None => signed_out(self.reason.get()),
        }
    }

    fn live(&self, min_validity: i32) -> Result<Rc<Session>, JsValue> {
        self.end_if_over();
        let session = self.session.borrow().clone().ok_or(self.reason.get());
        match session {
            Ok(session) if session.remaining(page::now()) > i64::from(min_validity) => Ok(session),
            Ok(_) => Err(error_to_js(Error::new(ErrorCode::SignInRequired, "min_validity"))),
            Err(reason) => Err(error_to_js(Error::new(ErrorCode::SignInRequired, reason))),
        }
    }
}

/// Seconds. Less is the network's doing.
const NOTABLE_DRIFT: u64 = 60;
