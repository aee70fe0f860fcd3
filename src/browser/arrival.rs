//! The browser is back: an address → a session, a refusal, or a fresh sign-in.
//!
//! ```text
//!  address ─ parse ─┬─ Nothing ───────────────────────────────> stay
//!                   ├─ ErrorWithoutState ─────────────────────> refused, no transaction touched
//!                   ├─ CodeWithoutState ─ signed in or out? ──> stay, else restart once
//!                   └─ Response ─ claim ─┬─ Foreign ──────────> stay: another client's
//!                                        ├─ Unknown ──────────> stay if signed in, else refused
//!                                        └─ Mine ─ verify ────> POST token ║ GET key set ─> checks ─> session
//! ```

use super::client::Client;
use super::page::{internal, sleep};
use super::storage::{Claim, RESTARTED, SIGNED_OUT};
use super::{crypto, fetch, page};
use crate::error::{Error, ErrorCode};
use crate::oidc::callback::{self, Arrival, Response, VerifiedCallback};
use crate::oidc::id_token::{self, Companion, IdToken, Jws};
use crate::oidc::keys::{self, KeySet};
use crate::oidc::sign_in::SignIn;
use crate::oidc::tokens::{self, Tokens};
use crate::session::Session;
use crate::wire::HttpResponse;
use std::future::Future;

/// What became of an address.
pub(super) enum Arrived {
    /// The page is leaving for a fresh sign-in.
    Leaving,
    /// A sign-in is complete; the path to go to.
    SignedIn(String),
    /// Nothing to do: the session is what it was.
    Stay,
}

/// A callback on its way: first a code, then tokens that nobody has verified and nobody sees.
pub(super) struct Pending {
    callback: VerifiedCallback,
    answer: Option<Answer>,
}

struct Answer {
    tokens: Tokens,
    date: Option<i64>,
    received: i64,
}

impl Client {
    /// Takes up what `address` says.
    pub(super) async fn arrive(&self, address: &str) -> Result<Arrived, Error> {
        self.read_session();
        match callback::parse(address)? {
            Arrival::Nothing => Ok(Arrived::Stay),
            Arrival::ErrorWithoutState(error) => Err(error),
            Arrival::CodeWithoutState if self.is_signed_in() || self.records.mark(SIGNED_OUT).is_some() => Ok(Arrived::Stay),
            Arrival::CodeWithoutState => self.restart(SignIn::default(), "state_missing").await,
            Arrival::Response(response) => self.answer(response).await,
        }
    }

    async fn answer(&self, response: Response) -> Result<Arrived, Error> {
        let Some(state) = response.state().map(String::from) else { return self.stray() };
        let pending = self.pending.take();
        if let Some(pending) = pending.filter(|pending| pending.callback.transaction().state == state) {
            return self.complete(pending).await;
        }
        let transaction = match self.records.claim(&state).await {
            Claim::Mine(transaction) => *transaction,
            Claim::Foreign => return Ok(Arrived::Stay),
            Claim::Unknown => return self.stray(),
        };
        let sign_in = transaction.sign_in.clone();
        match callback::verify(response, transaction, page::now()) {
            Ok(callback) => self.complete(Pending { callback, answer: None }).await,
            Err(error) if error.rule == "transaction_expired" => self.restart(sign_in, error.rule).await,
            Err(error) => Err(error),
        }
    }

    /// A response to no sign-in that we know: an old address if somebody is signed in, else a refusal.
    fn stray(&self) -> Result<Arrived, Error> {
        if self.is_signed_in() { Ok(Arrived::Stay) } else { Err(callback::refused("state_unknown")) }
    }

    /// Signs in again without a click, once in ten minutes: never a loop.
    async fn restart(&self, sign_in: SignIn, rule: &'static str) -> Result<Arrived, Error> {
        let now = page::now();
        let last = self.records.mark(RESTARTED).and_then(|time| time.parse::<i64>().ok());
        if last.is_some_and(|last| now.abs_diff(last) < RESTART_PAUSE) {
            return Err(callback::refused(rule));
        }
        self.records.set_mark(RESTARTED, Some(&now.to_string()));
        if self.records.mark(RESTARTED).is_none() {
            return Err(callback::refused(rule)); // what cannot be remembered could loop
        }
        self.host.log("sign_in_restarted", rule);
        self.leave_to_sign_in(sign_in).await.map(|()| Arrived::Leaving)
    }

    async fn complete(&self, mut pending: Pending) -> Result<Arrived, Error> {
        let epoch = self.epoch.get();
        let verdict = self.verify(&mut pending).await;
        if epoch != self.epoch.get() {
            if let Some(token) = pending.answer.as_ref().and_then(|answer| answer.tokens.refresh_token.as_ref()) {
                self.revoke(token);
            }
            return Err(Error::new(ErrorCode::SignInRequired, "signed_out"));
        }
        match (verdict, pending) {
            (Ok(identity), Pending { callback, answer: Some(answer) }) => {
                let return_to = callback.transaction().return_to.clone();
                let session = Session::begin(answer.tokens, identity, answer.received);
                self.take_up(session.ok_or_else(|| internal("answer"))?);
                Ok(Arrived::SignedIn(return_to))
            }
            (Ok(_), _) => Err(internal("answer")),
            (Err(error), pending) => {
                if error.retryable() {
                    self.pending.replace(Some(pending));
                }
                Err(error)
            }
        }
    }

    /// The code for tokens, the key set beside it, then every check.
    async fn verify(&self, pending: &mut Pending) -> Result<IdToken, Error> {
        let Pending { callback, answer } = pending;
        let transaction = callback.transaction();
        let exchange = answer.is_none().then(|| fetch::start(&tokens::exchange(callback)));
        let first_keys = fetch::start(&keys::fetch(&transaction.jwks_uri, false));
        if let Some(exchange) = exchange {
            let response = exchange.await?;
            let received = page::now();
            *answer = Some(Answer { tokens: tokens::read_exchange(&response)?, date: response.date, received });
        }
        let answer = answer.as_ref().ok_or_else(|| internal("answer"))?;
        let id_token = answer.tokens.id_token.as_ref().ok_or_else(|| internal("answer"))?;
        let jws = id_token::split(id_token)?;
        let keys = key_set(first_keys, &transaction.jwks_uri, &jws).await?;
        let check = jws.signature_check(&keys)?;
        let holds = crypto::verify(&check).await?;
        let valid = check.settle(holds)?;
        let access_token = &answer.tokens.access_token;
        let digest = crypto::digest(valid.algorithm().hash(), access_token).await?;
        id_token::verify(&valid, transaction, Companion { access_token, digest: &digest }, answer.date, answer.received)
    }
}

/// The key set: waited for up to a minute, and fetched once more when it lacks the token's key.
async fn key_set(first: impl Future<Output = Result<HttpResponse, Error>>, jwks_uri: &str, jws: &Jws) -> Result<KeySet, Error> {
    let mut answer = first.await;
    let mut newer = false;
    let mut pauses = KEY_PAUSES.into_iter();
    loop {
        match answer.and_then(|response| keys::read(&response)) {
            Ok(keys) if newer || !jws.wants_newer(&keys) => return Ok(keys),
            Ok(_) => newer = true,
            Err(error) if error.code == ErrorCode::KeysInvalid => return Err(error),
            Err(mut error) => match pauses.next() {
                Some(pause) => sleep(pause).await,
                None => {
                    error.code = ErrorCode::KeysUnavailable;
                    return Err(error);
                }
            },
        }
        answer = fetch::start(&keys::fetch(jwks_uri, newer)).await;
    }
}

/// Seconds.
const RESTART_PAUSE: u64 = 600;
/// Milliseconds between tries for the key set: about a minute in all.
const KEY_PAUSES: [i32; 6] = [500, 1_500, 4_000, 9_000, 15_000, 30_000];
