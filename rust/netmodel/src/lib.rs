//! The model of what the Linux kernel does with packets.
#![forbid(unsafe_code)]

pub mod addr;
pub mod entropy;
pub mod error;
pub mod request;
pub mod snapshot;
pub mod time;
pub mod trace;
