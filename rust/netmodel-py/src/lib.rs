//! The border: plain data in, plain data out. No decision is made here.

mod error;

/// The extension module.
#[pyo3::pymodule]
mod _core {
    use pyo3::prelude::*;
    use pyo3::types::PyBytes;

    use crate::error::guarded;

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
}
