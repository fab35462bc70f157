//! The two ways a request ends without a Reply.

use serde::{Deserialize, Serialize};

/// The errnos that Linux gives to a request, by their kernel names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[allow(clippy::upper_case_acronyms)]
#[repr(i32)]
pub enum Errno {
    EPERM = 1,
    ENOENT = 2,
    ESRCH = 3,
    ENXIO = 6,
    E2BIG = 7,
    EBADF = 9,
    EAGAIN = 11,
    ENOMEM = 12,
    EACCES = 13,
    EBUSY = 16,
    EEXIST = 17,
    EXDEV = 18,
    ENODEV = 19,
    EINVAL = 22,
    EMFILE = 24,
    ENOSPC = 28,
    EPIPE = 32,
    ERANGE = 34,
    ELOOP = 40,
    ENONET = 64,
    EDESTADDRREQ = 89,
    EMSGSIZE = 90,
    ENOPROTOOPT = 92,
    EPROTONOSUPPORT = 93,
    EOPNOTSUPP = 95,
    EAFNOSUPPORT = 97,
    EADDRINUSE = 98,
    EADDRNOTAVAIL = 99,
    ENETDOWN = 100,
    ENETUNREACH = 101,
    ECONNRESET = 104,
    ENOBUFS = 105,
    EISCONN = 106,
    ENOTCONN = 107,
    ETIMEDOUT = 110,
    ECONNREFUSED = 111,
    EHOSTDOWN = 112,
    EHOSTUNREACH = 113,
    EALREADY = 114,
    EINPROGRESS = 115,
}

/// Why a request was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Error {
    /// The kernel refuses, with its errno and, where it gives one, the text of its extack.
    #[error("{errno:?}{}", message.as_ref().map(|m| format!(": {m}")).unwrap_or_default())]
    Refused {
        /// What Linux returns.
        errno: Errno,
        /// The `NL_SET_ERR_MSG` sentence, without the `Error: ` that iproute2 puts before it.
        message: Option<String>,
    },
    /// Linux does this; the model does not, and will not guess.
    #[error("{0} is not modelled")]
    Unsupported(String),
}

impl Error {
    /// A refusal with a bare errno.
    pub const fn errno(errno: Errno) -> Error {
        Error::Refused { errno, message: None }
    }

    /// A refusal with the sentence that the kernel adds.
    pub fn extack(errno: Errno, message: &str) -> Error {
        Error::Refused { errno, message: Some(message.to_string()) }
    }

    /// Something Linux does and the model does not.
    pub fn unsupported(name: impl Into<String>) -> Error {
        Error::Unsupported(name.into())
    }
}

impl From<Errno> for Error {
    fn from(errno: Errno) -> Error {
        Error::errno(errno)
    }
}

/// What a part of the Kernel answers.
pub type Result<T = ()> = core::result::Result<T, Error>;
