use std::fmt;

use zeroize::Zeroize;

/// A value that cannot be printed: `Debug` shows `[secret]`, there is no `Display` and no `Serialize`, and it is wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Takes a value into safe keeping.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for the one who must have it. Every call is a place to look at in review.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}
