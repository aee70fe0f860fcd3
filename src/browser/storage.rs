//! What is remembered: transactions until the browser comes back, the session until it ends, two
//! marks.
//!
//! | record | key | where |
//! |---|---|---|
//! | transaction | `gatepass:{client}:tx:{state}` | the first of sessionStorage, IndexedDB, localStorage that reads back what was written |
//! | session | `gatepass:{client}:session` | `config.storage`; this page's memory where that store is denied or full |
//! | signed-out mark | `gatepass:{client}:signed-out` | localStorage |
//! | restart mark | `gatepass:{client}:restarted` | localStorage |

use crate::config::StorageKind;
use crate::oidc::transaction::{self, Transaction};
use js_sys::Array;
use std::cell::RefCell;
use wasm_bindgen::prelude::*;
use web_sys::Storage;

#[wasm_bindgen]
extern "C" {
    /// The package's `idb.js`: records in IndexedDB. Every method may reject.
    pub type Idb;

    #[wasm_bindgen(method, catch)]
    async fn put(this: &Idb, key: &str, value: &str) -> Result<JsValue, JsValue>;

    /// Deletes and returns in one transaction: only one of two takers gets it.
    #[wasm_bindgen(method, catch)]
    async fn take(this: &Idb, key: &str) -> Result<JsValue, JsValue>;

    /// `[key, value]` pairs.
    #[wasm_bindgen(method, catch)]
    async fn list(this: &Idb, prefix: &str) -> Result<JsValue, JsValue>;
}

/// Whose transaction a `state` names.
pub(super) enum Claim {
    Mine(Box<Transaction>),
    /// Of another client on this origin: left alone.
    Foreign,
    Unknown,
}

thread_local! {
    /// The keys that clients of this page have claimed: a second client must not call them unknown.
    static CLAIMED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// The records of one client.
pub(super) struct Records {
    client: String,
    kind: StorageKind,
    idb: Idb,
}

impl Records {
    pub(super) fn new(client: &str, kind: StorageKind, idb: Idb) -> Self {
        Records { client: client.into(), kind, idb }
    }

    /// Keeps a transaction in the first store that reads it back. False: none does. Stale, damaged
    /// and surplus ones go first.
    pub(super) async fn keep(&self, transaction: &Transaction, now: i64) -> bool {
        let key = self.key(TRANSACTION, &transaction.state);
        let prefix = self.key(TRANSACTION, "");
        let value = transaction.write();
        for store in WEB_STORES {
            to_sweep(entries(store, &prefix), now).iter().for_each(|key| remove(store, key));
        }
        if put(StorageKind::Session, &key, &value) {
            return true;
        }
        for key in to_sweep(self.idb_entries(&prefix).await, now) {
            let _ = self.idb.take(&key).await;
        }
        if self.idb.put(&key, &value).await.is_ok_and(|kept| kept.as_string().as_ref() == Some(&value)) {
            return true;
        }
        put(StorageKind::Local, &key, &value)
    }

    /// Takes the transaction of `state`: whoever comes second finds nothing.
    pub(super) async fn claim(&self, state: &str) -> Claim {
        let key = self.key(TRANSACTION, state);
        let mut found = None;
        for store in WEB_STORES {
            found = found.or_else(|| take(store, &key));
        }
        if found.is_none() {
            found = self.idb.take(&key).await.ok().and_then(|value| value.as_string());
        }
        match found {
            Some(text) => {
                CLAIMED.with_borrow_mut(|claimed| claimed.push(key));
                Transaction::read(&text).map_or(Claim::Unknown, |t| Claim::Mine(Box::new(t)))
            }
            None if self.is_foreign(state, &key).await => Claim::Foreign,
            None => Claim::Unknown,
        }
    }

    pub(super) fn session(&self) -> Option<String> {
        get(self.kind, &self.key(SESSION, ""))
    }

    /// False: the store is denied or full.
    pub(super) fn keep_session(&self, text: &str) -> bool {
        self.kind == StorageKind::Memory || put(self.kind, &self.key(SESSION, ""), text)
    }

    pub(super) fn drop_session(&self) {
        remove(self.kind, &self.key(SESSION, ""));
    }

    /// Everything of this client but the marks.
    pub(super) async fn clear(&self) {
        let prefix = self.key(TRANSACTION, "");
        self.drop_session();
        for store in WEB_STORES {
            entries(store, &prefix).iter().for_each(|(key, _)| remove(store, key));
        }
        for (key, _) in self.idb_entries(&prefix).await {
            let _ = self.idb.take(&key).await;
        }
    }

    pub(super) fn mark(&self, mark: &str) -> Option<String> {
        get(StorageKind::Local, &self.key(mark, ""))
    }

    pub(super) fn set_mark(&self, mark: &str, value: Option<&str>) {
        let key = self.key(mark, "");
        match value {
            Some(value) => drop(put(StorageKind::Local, &key, value)),
            None => remove(StorageKind::Local, &key),
        }
    }

    async fn is_foreign(&self, state: &str, own: &str) -> bool {
        let suffix = [":", TRANSACTION, ":", state].concat();
        if CLAIMED.with_borrow(|claimed| claimed.iter().any(|key| key.ends_with(&suffix) && key != own)) {
            return true;
        }
        let theirs = |records: Vec<(String, String)>| records.iter().any(|(key, _)| key.ends_with(&suffix));
        WEB_STORES.into_iter().any(|store| theirs(entries(store, PREFIX))) || theirs(self.idb_entries(PREFIX).await)
    }

    async fn idb_entries(&self, prefix: &str) -> Vec<(String, String)> {
        let Ok(list) = self.idb.list(prefix).await else { return Vec::new() };
        let pair = |item: JsValue| -> Option<(String, String)> {
            let pair: Array = item.dyn_into().ok()?;
            Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
        };
        list.dyn_into::<Array>().map(|items| items.iter().filter_map(pair).collect()).unwrap_or_default()
    }

    fn key(&self, record: &str, id: &str) -> String {
        let end = if record == TRANSACTION { [":", id].concat() } else { String::new() };
        [PREFIX, &self.client, ":", record, &end].concat()
    }
}

fn to_sweep(records: Vec<(String, String)>, now: i64) -> Vec<String> {
    transaction::to_sweep(records.into_iter().map(|(key, text)| (key, Transaction::read(&text))).collect(), now)
}

/// The store itself; `None` where the browser denies it (reading the property throws).
fn store(kind: StorageKind) -> Option<Storage> {
    let window = web_sys::window()?;
    match kind {
        StorageKind::Local => window.local_storage(),
        StorageKind::Memory => Ok(None),
        StorageKind::Session => window.session_storage(),
    }
    .ok()?
}

fn get(kind: StorageKind, key: &str) -> Option<String> {
    store(kind)?.get_item(key).ok()?
}

/// Writes and reads back.
fn put(kind: StorageKind, key: &str, value: &str) -> bool {
    let written = store(kind).is_some_and(|store| store.set_item(key, value).is_ok());
    written && get(kind, key).as_deref() == Some(value)
}

fn remove(kind: StorageKind, key: &str) {
    if let Some(store) = store(kind) {
        let _ = store.remove_item(key);
    }
}

fn take(kind: StorageKind, key: &str) -> Option<String> {
    let value = get(kind, key)?;
    remove(kind, key);
    Some(value)
}

fn entries(kind: StorageKind, prefix: &str) -> Vec<(String, String)> {
    let Some(store) = store(kind) else { return Vec::new() };
    let count = store.length().unwrap_or(0);
    let keys: Vec<String> = (0..count).filter_map(|i| store.key(i).ok()?).filter(|key| key.starts_with(prefix)).collect();
    keys.into_iter().filter_map(|key| Some((key.clone(), store.get_item(&key).ok()??))).collect()
}

/// After a deliberate sign-out nothing signs in by itself.
pub(super) const SIGNED_OUT: &str = "signed-out";
/// Seconds since 1970 of the last sign-in that was restarted without a click.
pub(super) const RESTARTED: &str = "restarted";
const PREFIX: &str = "gatepass:";
const SESSION: &str = "session";
const TRANSACTION: &str = "tx";
const WEB_STORES: [StorageKind; 2] = [StorageKind::Session, StorageKind::Local];
