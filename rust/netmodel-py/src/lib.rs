//! The border: plain data in, plain data out. No decision is made here.

mod convert;
mod error;

/// The border to the model's core: plain data in, plain data out, as serde's JSON.
#[pyo3::pymodule]
mod _core {
    use std::sync::{Mutex, TryLockError};

    use netmodel::time::Instant;
    use pyo3::exceptions::PyRuntimeError;
    use pyo3::prelude::*;
    use pyo3::types::PyBytes;

    use crate::convert;
    use crate::error::{Failure, guarded};

    /// The version of the core.
    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");

    /// Draw `n` of `owner`: `size` bytes that are a pure function of all arguments but `size`.
    #[pyfunction]
    fn draw<'py>(
        py: Python<'py>,
        seed: u64,
        kind: &str,
        owner: &str,
        n: u64,
        size: usize,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = py.detach(|| guarded(|| Ok(netmodel::entropy::draw(seed, kind, owner, n, size))))?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// The Kernel that `Kernel.dump` wrote. Raises `ValueError` for anything else, and for another version's.
    #[pyfunction]
    fn load(py: Python<'_>, state: &[u8]) -> PyResult<Kernel> {
        let kernel = py.detach(|| guarded(|| convert::load(state)))?;
        Ok(Kernel::holding(kernel))
    }

    /// Everything that a kernel's networking holds. Every method raises `InternalError` for a bug, then for ever.
    #[pyclass(frozen, module = "netmodel._core")]
    struct Kernel(Mutex<State>);

    struct State {
        kernel: netmodel::Kernel,
        /// What a panic said: the Kernel may be half changed and answers no more.
        poisoned: Option<String>,
    }

    impl Kernel {
        fn holding(kernel: netmodel::Kernel) -> Kernel {
            Kernel(Mutex::new(State { kernel, poisoned: None }))
        }

        /// Runs `call` without the GIL, unless a bug or another thread is in the way.
        fn run<T: Send>(
            &self,
            py: Python<'_>,
            call: impl FnOnce(&mut netmodel::Kernel) -> Result<T, Failure> + Send,
        ) -> PyResult<T> {
            let mut state = match self.0.try_lock() {
                Ok(state) => state,
                Err(TryLockError::Poisoned(broken)) => broken.into_inner(),
                Err(TryLockError::WouldBlock) => {
                    return Err(PyRuntimeError::new_err("this Kernel is in use by another thread; use a copy"));
                }
            };
            let state = &mut *state;
            if let Some(said) = &state.poisoned {
                return Err(Failure::Panic(format!("this Kernel is of no more use: {said}")).into());
            }
            let result = py.detach(|| guarded(|| call(&mut state.kernel)));
            if let Err(Failure::Panic(said)) = &result {
                state.poisoned = Some(said.clone());
            }
            Ok(result?)
        }
    }

    #[pymethods]
    impl Kernel {
        #[new]
        #[pyo3(signature = (seed, facts_json = "{}"))]
        fn new(py: Python<'_>, seed: u64, facts_json: &str) -> PyResult<Kernel> {
            let kernel = py.detach(|| guarded(|| Ok(netmodel::Kernel::new(seed, convert::from_json(facts_json)?))))?;
            Ok(Kernel::holding(kernel))
        }

        /// Carry out a request. Returns the reply. Raises `KernelError`, `UnsupportedError`, `ValueError`.
        fn apply(&self, py: Python<'_>, request_json: &str) -> PyResult<String> {
            self.run(py, |kernel| convert::to_json(&kernel.apply(convert::from_json(request_json)?)?))
        }

        /// A packet enters. Returns its trace. Raises `KernelError`, `UnsupportedError`, `ValueError`.
        fn send(&self, py: Python<'_>, origin_json: &str, packet: &[u8]) -> PyResult<String> {
            self.run(py, |kernel| convert::to_json(&kernel.send(convert::from_json(origin_json)?, packet)?))
        }

        /// Let time pass until `until_ns` since boot. Returns the events.
        fn advance(&self, py: Python<'_>, until_ns: u64) -> PyResult<String> {
            self.run(py, |kernel| convert::to_json(&kernel.advance(Instant(until_ns))))
        }

        /// Let time pass until `until_ns` since boot, or to the first event before. Returns the events.
        fn advance_to_event(&self, py: Python<'_>, until_ns: u64) -> PyResult<String> {
            self.run(py, |kernel| convert::to_json(&kernel.advance_to_event(Instant(until_ns))))
        }

        /// When a timer is due next, nanoseconds since boot.
        fn next_deadline(&self, py: Python<'_>) -> PyResult<Option<u64>> {
            self.run(py, |kernel| Ok(kernel.next_deadline().map(|at| at.0)))
        }

        /// Nanoseconds since boot.
        #[getter]
        fn now(&self, py: Python<'_>) -> PyResult<u64> {
            self.run(py, |kernel| Ok(kernel.now().0))
        }

        /// What is held.
        fn snapshot(&self, py: Python<'_>) -> PyResult<String> {
            self.run(py, |kernel| convert::to_json(&kernel.snapshot()))
        }

        /// A Kernel that holds the same.
        fn copy(&self, py: Python<'_>) -> PyResult<Kernel> {
            Ok(Kernel::holding(self.run(py, |kernel| Ok(kernel.copy()))?))
        }

        /// All that is held, for `load`.
        fn dump<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
            Ok(PyBytes::new(py, &self.run(py, |kernel| convert::dump(kernel))?))
        }

        /// A Kernel that holds the same.
        fn __copy__(&self, py: Python<'_>) -> PyResult<Kernel> {
            self.copy(py)
        }

        /// A Kernel that holds the same.
        fn __deepcopy__(&self, py: Python<'_>, memo: &Bound<'_, PyAny>) -> PyResult<Kernel> {
            let _ = memo;
            self.copy(py)
        }

        /// Pickled by `dump` and `load`.
        fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyBytes>,))> {
            let load = py.import("netmodel._core")?.getattr("load")?;
            Ok((load, (self.dump(py)?,)))
        }
    }
}
