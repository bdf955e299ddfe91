//! The accessibility tree: what is newer than what a client was sent, and when the client is sent it. Pure.

mod store;
#[cfg(test)]
mod tests;
mod turn;

pub(crate) use store::TreeStore;
pub(crate) use turn::TreeTurn;
