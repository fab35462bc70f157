//! What the core answers, as the exceptions of `netmodel.errors`; and the guard that turns a panic into one.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use netmodel::error::Error;
use pyo3::PyErr;
use pyo3::exceptions::PyValueError;

pyo3::import_exception!(netmodel.errors, KernelError);
pyo3::import_exception!(netmodel.errors, UnsupportedError);
pyo3::import_exception!(netmodel.errors, InternalError);

/// Why a call across the border failed.
pub enum Failure {
    /// The core said no.
    Core(Error),
    /// The caller's text is no value of the wanted kind.
    Text(String),
    /// A bug: what a panic said and where.
    Panic(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Core(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Failure {
        Failure::Text(error.to_string())
    }
}

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> PyErr {
        match failure {
            Failure::Core(Error::Refused { errno, message }) => {
                KernelError::new_err((errno as i32, format!("{errno:?}"), message))
            }
            Failure::Core(Error::Unsupported(name)) => UnsupportedError::new_err(name),
            Failure::Text(text) => PyValueError::new_err(text),
            Failure::Panic(text) => InternalError::new_err(text),
        }
    }
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Runs `call`; a panic in it becomes `Failure::Panic` with its place, and prints nothing.
pub fn guarded<T>(call: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |info| if GUARDED.get() { note_place(info) } else { before(info) }));
    });
    let outer = GUARDED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(call));
    GUARDED.set(outer);
    result.unwrap_or_else(|payload| {
        let place = PLACE.take();
        Err(Failure::Panic(format!("{}{place}", what_was_said(payload.as_ref()))))
    })
}

fn note_place(info: &PanicHookInfo<'_>) {
    let place = info.location().map(|at| format!(" at {}:{}:{}", at.file(), at.line(), at.column()));
    PLACE.set(place.unwrap_or_default());
}

fn what_was_said(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("panic without a message")
}
