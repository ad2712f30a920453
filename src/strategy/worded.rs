//! Enums of the record whose variants are one word each in tables: the variant and its word stand side by side, so that neither is forgotten.

/// Declares such an enum with its words, the way back, and all of its values. Behind a plus stands a variant that holds another such enum, and has
/// the words of that one.
macro_rules! worded {
    ($(#[$about:meta])* $vis:vis enum $name:ident {
        $($(#[$one:meta])* $variant:ident = $word:literal,)+
        $(+ $wrap:ident($inner:ty), $doc:literal)?
    }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $name { $($(#[$one])* $variant,)+ $(#[doc = $doc] $wrap($inner),)? }

        impl $name {
            /// Its word in tables.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ $(Self::$wrap(inner) => <$inner>::name(inner),)? }
            }

            /// What a word of a table stands for.
            #[must_use]
            pub fn named(word: &str) -> Option<Self> {
                Self::all().find(|value| value.name() == word)
            }

            /// All of its values, in the order in which they are declared.
            pub fn all() -> impl Iterator<Item = Self> {
                [$(Self::$variant,)+].into_iter()$(.chain(<$inner>::all().map(Self::$wrap)))?
            }
        }
    };
}

pub(crate) use worded;
