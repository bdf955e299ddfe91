//! What to do about a surface that gives no texture. Pure.

/// Times that a surface may be outdated without a picture in between: while a window is resized, it is again and again.
const MOST_OUTDATED: u32 = 100;
/// Times that it may be lost.
const MOST_LOST: u32 = 1;

/// What helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// To configure it again.
    Configure,
    /// Another surface.
    Reopen,
    /// To show pictures in another way.
    GiveUp,
}

/// What a surface went through since it showed a picture.
#[derive(Debug, Default)]
pub(crate) struct Health {
    outdated: u32,
    lost: u32,
}

impl Health {
    /// It showed a picture.
    pub(crate) fn recovered(&mut self) {
        *self = Self::default();
    }

    /// It no longer fits the window.
    pub(crate) fn outdated(&mut self) -> Remedy {
        self.outdated += 1;
        if self.outdated > MOST_OUTDATED { Remedy::GiveUp } else { Remedy::Configure }
    }

    /// It is lost.
    pub(crate) fn lost(&mut self) -> Remedy {
        self.lost += 1;
        if self.lost > MOST_LOST { Remedy::GiveUp } else { Remedy::Reopen }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_storm_of_sizes_is_survived_and_an_endless_one_is_not() {
        let mut health = Health::default();
        for _ in 0..3 {
            assert!((0..MOST_OUTDATED).all(|_| health.outdated() == Remedy::Configure));
            health.recovered();
        }
        assert!((0..MOST_OUTDATED).all(|_| health.outdated() == Remedy::Configure));
        assert_eq!(health.outdated(), Remedy::GiveUp);
    }

    #[test]
    fn a_surface_that_is_lost_again_without_a_picture_is_given_up() {
        let mut health = Health::default();
        assert_eq!(health.lost(), Remedy::Reopen);
        health.recovered();
        assert_eq!(health.lost(), Remedy::Reopen);
        assert_eq!(health.lost(), Remedy::GiveUp);
    }
}
