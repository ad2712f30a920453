//! Lengths of time that keys mean where they are not written.

use crate::units::Span;

pub(super) fn week() -> Span {
    Span::from_seconds(7 * 86_400)
}

pub(super) const MONTH: Span = Span::from_seconds(30 * 86_400);

pub(super) fn quarter() -> Span {
    Span::from_seconds(90 * 86_400)
}
