//! The newest pictures, encoded once for everybody. Pure: jobs are handed out and their results
//! taken back.

pub(crate) mod membership;
pub(crate) mod pictures;
pub(crate) mod tiles;
mod updates;
pub(crate) mod video;
pub(crate) mod whole;
