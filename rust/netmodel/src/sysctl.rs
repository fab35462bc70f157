//! `/proc/sys/net` of a namespace, per device where Linux has it so.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::addr::NetnsId;
use crate::error::{Error, Result};
use crate::kernel::Kernel;

/// Values by path (`ipv4/conf/all/forwarding`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sysctls {
    values: BTreeMap<String, String>,
}

impl Kernel {
    pub(crate) fn sysctl_set(&mut self, _netns: NetnsId, path: &str, _value: &str) -> Result {
        Err(Error::unsupported(format!("sysctl {path}")))
    }

    pub(crate) fn sysctl_get(&mut self, _netns: NetnsId, path: &str) -> Result<String> {
        Err(Error::unsupported(format!("sysctl {path}")))
    }
}
