//! How far the work is, for whoever watches.

/// What has happened.
#[derive(Clone, Copy, Debug)]
pub enum Progress {
    /// A part of the work begins: what it does, and in how many steps.
    Begin(&'static str, usize),
    /// A step of it is done.
    Step,
}

/// Whoever watches, from any thread.
pub(super) type Observer<'a> = &'a (dyn Fn(Progress) + Sync);
