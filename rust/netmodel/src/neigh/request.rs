//! `ip neigh`: RTM_NEWNEIGH and RTM_DELNEIGH. Models `neigh_add` and `neigh_delete` of net/core/neighbour.c.

use core::net::IpAddr;

use super::Override;
use crate::addr::{DevId, Mac};
use crate::error::{Errno, Error, Result};
use crate::kernel::Kernel;
use crate::link::DevKind;
use crate::path::{Observer, Walk};
use crate::request::{How, Nud, Reply, Request};
use crate::timer::Timer;
use crate::trace::Event;

impl Kernel {
    pub(crate) fn neigh_request(&mut self, request: Request) -> Result<Reply> {
        match request {
            Request::NeighAdd { dst: IpAddr::V6(_), .. } | Request::NeighDel { dst: IpAddr::V6(_), .. } => {
                Err(Error::unsupported("IPv6 neighbours"))
            }
            Request::NeighAdd { dev, dst, proxy: true, .. } => {
                let dev = self.dev_id(dev)?;
                self.dev_mut(dev).neighs.proxies.insert(dst);
                Ok(Reply::Done)
            }
            Request::NeighAdd { dev, dst, lladdr, state, how, .. } => {
                let dev = self.dev_id(dev)?;
                let key = (dev, self.neigh_key(dev, dst));
                self.neigh_walk(|walk| walk.neigh_add(key, lladdr, state, how))
            }
            Request::NeighDel { dev, dst, proxy: true } => {
                let dev = self.dev_id(dev)?;
                let known = self.dev_mut(dev).neighs.proxies.remove(&dst);
                if known { Ok(Reply::Done) } else { Err(Errno::ENOENT.into()) }
            }
            Request::NeighDel { dev, dst, .. } => {
                let dev = self.dev_id(dev)?;
                let key = (dev, self.neigh_key(dev, dst));
                self.neigh_walk(|walk| walk.neigh_delete(key))
            }
            _ => Err(Error::unsupported("a request that is none of neighbours")),
        }
    }

    /// All of a loopback device is one neighbour (`arp_key`, `__ipv4_neigh_lookup`).
    fn neigh_key(&self, dev: DevId, dst: IpAddr) -> IpAddr {
        match self.dev(dev).kind {
            DevKind::Loopback => IpAddr::V4(core::net::Ipv4Addr::UNSPECIFIED),
            _ => dst,
        }
    }

    fn neigh_walk(&mut self, change: impl FnOnce(&mut Walk<'_, crate::path::Record>) -> Result) -> Result<Reply> {
        let (result, trace) = self.walk(change);
        if !trace.copies.is_empty() {
            self.events.push(Event::Trace { trace });
        }
        result.map(|()| Reply::Done)
    }
}

impl<O: Observer> Walk<'_, O> {
    /// An entry that is refused for want of an address stays in the table without a state, as in Linux.
    fn neigh_add(&mut self, key: (DevId, IpAddr), lladdr: Option<Mac>, state: Nud, how: How) -> Result {
        let (dev, dst) = key;
        let known = self.kernel.dev(dev).neighs.get(dst).is_some();
        let who = match how {
            How::Add if known => return Err(Errno::EEXIST.into()),
            How::Change if !known => return Err(Errno::ENOENT.into()),
            How::Append | How::Prepend if known => Override::Admin,
            _ => Override::AdminReplace,
        };
        if !known {
            self.kernel.neigh_create(dev, dst);
        }
        self.neigh_update(key, lladdr, state, who)
    }

    fn neigh_delete(&mut self, key: (DevId, IpAddr)) -> Result {
        let (dev, dst) = key;
        if self.kernel.dev(dev).neighs.get(dst).is_none() {
            return Err(Errno::ENOENT.into());
        }
        self.neigh_update(key, None, Nud::FAILED, Override::AdminReplace)?;
        self.kernel.timers.cancel(&Timer::Neigh(dev, dst));
        self.kernel.dev_mut(dev).neighs.entries.remove(&dst);
        Ok(())
    }
}
