//! Values as text and bytes: serde's JSON for what people read, postcard for what is kept.

use netmodel::Kernel;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Failure;

/// What a kept Kernel begins with; the last octet counts the layouts.
const MAGIC: &[u8] = b"netmodel\x01";

/// A value from its JSON.
pub fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    Ok(serde_json::from_str(text)?)
}

/// A value's JSON.
pub fn to_json<T: Serialize>(value: &T) -> Result<String, Failure> {
    Ok(serde_json::to_string(value)?)
}

/// A Kernel as bytes.
pub fn dump(kernel: &Kernel) -> Result<Vec<u8>, Failure> {
    postcard::to_extend(kernel, MAGIC.to_vec()).map_err(|error| Failure::Text(error.to_string()))
}

/// The Kernel that `dump` wrote.
pub fn load(state: &[u8]) -> Result<Kernel, Failure> {
    let body = state.strip_prefix(MAGIC).ok_or_else(|| Failure::Text("no Kernel of this version".to_string()))?;
    postcard::from_bytes(body).map_err(|error| Failure::Text(format!("no Kernel of this version: {error}")))
}
