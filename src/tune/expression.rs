//! Sums, products and comparisons of named numbers, as a study's objectives, constraints and limits are written: `cagr + 0.5 * max_drawdown`.
//!
//! A name begins with a letter and goes on with letters, digits, `_`, `.` and `-`, as the keys of a strategy do; hence blanks around a minus.

use std::collections::BTreeMap;

/// What was written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expression {
    Number(f64),
    Name(String),
    Sum(Box<Self>, Box<Self>),
    Difference(Box<Self>, Box<Self>),
    Product(Box<Self>, Box<Self>),
    Quotient(Box<Self>, Box<Self>),
    Least(Box<Self>, Box<Self>),
    Most(Box<Self>, Box<Self>),
    Magnitude(Box<Self>),
}

/// How two sides compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    Below,
    AtMost,
    Above,
    AtLeast,
    Equal,
}

/// Two sides and what must hold between them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Comparison {
    pub left: Expression,
    pub relation: Relation,
    pub right: Expression,
}

/// What cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unreadable {
    pub found: String,
    pub expected: &'static str,
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Number(f64),
    Name(String),
    Sign(char),
    Relation(Relation),
}

/// Deeper than anybody writes by hand.
const DEEPEST: usize = 64;

impl Expression {
    /// Reads one.
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        let mut reader = Reader::over(text)?;
        let read = reader.sum()?;
        reader.ends()?;
        Ok(read)
    }

    /// Every name in it, in order.
    pub fn names(&self) -> Vec<&str> {
        match self {
            Self::Number(_) => Vec::new(),
            Self::Name(name) => vec![name],
            Self::Magnitude(inner) => inner.names(),
            Self::Sum(a, b)
            | Self::Difference(a, b)
            | Self::Product(a, b)
            | Self::Quotient(a, b)
            | Self::Least(a, b)
            | Self::Most(a, b) => [a.names(), b.names()].concat(),
        }
    }

    /// What it comes to; none where a name has no value or nothing finite comes of it.
    pub fn value(&self, of: &impl Fn(&str) -> Option<f64>) -> Option<f64> {
        let value = match self {
            Self::Number(number) => *number,
            Self::Name(name) => of(name)?,
            Self::Sum(a, b) => a.value(of)? + b.value(of)?,
            Self::Difference(a, b) => a.value(of)? - b.value(of)?,
            Self::Product(a, b) => a.value(of)? * b.value(of)?,
            Self::Quotient(a, b) => a.value(of)? / b.value(of)?,
            Self::Least(a, b) => a.value(of)?.min(b.value(of)?),
            Self::Most(a, b) => a.value(of)?.max(b.value(of)?),
            Self::Magnitude(inner) => inner.value(of)?.abs(),
        };
        value.is_finite().then_some(value)
    }

    /// As factors of its names and a number beside them; none where it is not linear.
    pub fn linear(&self) -> Option<(BTreeMap<String, f64>, f64)> {
        let scaled = |(terms, constant): (BTreeMap<String, f64>, f64), factor: f64| {
            (terms.into_iter().map(|(name, of_name)| (name, of_name * factor)).collect(), constant * factor)
        };
        let added = |a: &Self, b: &Self, sign: f64| {
            let ((mut terms, constant), (others, other)) = (a.linear()?, scaled(b.linear()?, sign));
            for (name, factor) in others {
                *terms.entry(name).or_insert(0.0) += factor;
            }
            Some((terms, constant + other))
        };
        match self {
            Self::Number(number) => Some((BTreeMap::new(), *number)),
            Self::Name(name) => Some((BTreeMap::from([(name.clone(), 1.0)]), 0.0)),
            Self::Sum(a, b) => added(a, b, 1.0),
            Self::Difference(a, b) => added(a, b, -1.0),
            Self::Product(a, b) => match (a.linear()?, b.linear()?) {
                ((terms, factor), other) if terms.is_empty() => Some(scaled(other, factor)),
                (other, (terms, factor)) if terms.is_empty() => Some(scaled(other, factor)),
                _ => None,
            },
            Self::Quotient(a, b) => match b.linear()? {
                (terms, divisor) if terms.is_empty() && divisor != 0.0 => Some(scaled(a.linear()?, 1.0 / divisor)),
                _ => None,
            },
            Self::Least(..) | Self::Most(..) | Self::Magnitude(_) => None,
        }
    }
}

impl Comparison {
    /// Reads one.
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        let mut reader = Reader::over(text)?;
        let left = reader.sum()?;
        let relation = match reader.next() {
            Some(Token::Relation(relation)) => relation,
            found => return Err(Reader::unexpected(found.as_ref(), "one of <, <=, >, >= and = between two sides")),
        };
        let right = reader.sum()?;
        reader.ends()?;
        Ok(Self { left, relation, right })
    }

    /// Every name on either side.
    pub fn names(&self) -> Vec<&str> {
        [self.left.names(), self.right.names()].concat()
    }

    /// By how much it is broken, as a share of the right side (in units of its own where that is nought); 0 where it holds, endless where a side
    /// is undefined.
    pub fn violation(&self, of: &impl Fn(&str) -> Option<f64>) -> f64 {
        let (Some(left), Some(right)) = (self.left.value(of), self.right.value(of)) else { return f64::INFINITY };
        let above = left - right;
        let (holds, by) = match self.relation {
            Relation::Below => (above < 0.0, above),
            Relation::AtMost => (above <= 0.0, above),
            Relation::Above => (above > 0.0, -above),
            Relation::AtLeast => (above >= 0.0, -above),
            Relation::Equal => (above == 0.0, above.abs()),
        };
        let scale = if right == 0.0 { 1.0 } else { right.abs() };
        // Equal is not below: broken, by next to nothing.
        if holds { 0.0 } else { (by / scale).max(f64::MIN_POSITIVE) }
    }
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl Reader {
    fn over(text: &str) -> Result<Self, Unreadable> {
        let letters: Vec<char> = text.chars().collect();
        let mut tokens = Vec::new();
        let mut at = 0;
        while at < letters.len() {
            let letter = letters[at];
            let from = at;
            at += 1;
            if letter.is_whitespace() {
                continue;
            }
            tokens.push(match letter {
                '+' | '-' | '*' | '/' | '(' | ')' | ',' => Token::Sign(letter),
                '<' | '>' | '=' => {
                    let equal = letters.get(at) == Some(&'=');
                    at += usize::from(equal);
                    Token::Relation(match (letter, equal) {
                        ('<', false) => Relation::Below,
                        ('<', true) => Relation::AtMost,
                        ('>', false) => Relation::Above,
                        ('>', true) => Relation::AtLeast,
                        _ => Relation::Equal,
                    })
                }
                '0'..='9' | '.' => {
                    while letters.get(at).is_some_and(|next| next.is_ascii_digit() || *next == '.') {
                        at += 1;
                    }
                    let digits: String = letters[from..at].iter().collect();
                    Token::Number(digits.parse().map_err(|_| Unreadable { found: digits, expected: "a number, as in 0.5" })?)
                }
                letter if letter.is_alphabetic() => {
                    while letters.get(at).is_some_and(|next| next.is_alphanumeric() || matches!(next, '_' | '.' | '-')) {
                        at += 1;
                    }
                    Token::Name(letters[from..at].iter().collect())
                }
                other => return Err(Unreadable { found: format!("`{other}`"), expected: "names, numbers, + - * / and brackets" }),
            });
        }
        Ok(Self { tokens, at: 0, depth: 0 })
    }

    fn next(&mut self) -> Option<Token> {
        self.at += 1;
        self.tokens.get(self.at - 1).cloned()
    }

    /// The next one, if it is one of these signs.
    fn sign(&mut self, signs: &[char]) -> Option<char> {
        let Some(Token::Sign(sign)) = self.tokens.get(self.at) else { return None };
        signs.contains(sign).then(|| {
            self.at += 1;
            *sign
        })
    }

    fn unexpected(found: Option<&Token>, expected: &'static str) -> Unreadable {
        let found = match found {
            None => "nothing more".to_owned(),
            Some(Token::Number(number)) => format!("`{number}`"),
            Some(Token::Name(name)) => format!("`{name}`"),
            Some(Token::Sign(sign)) => format!("`{sign}`"),
            Some(Token::Relation(_)) => "a comparison".to_owned(),
        };
        Unreadable { found, expected }
    }

    fn ends(&mut self) -> Result<(), Unreadable> {
        match self.next() {
            None => Ok(()),
            found => Err(Self::unexpected(found.as_ref(), "an end, or one of + - * / before what follows; a minus has blanks around it")),
        }
    }

    fn sum(&mut self) -> Result<Expression, Unreadable> {
        let mut sum = self.product()?;
        while let Some(sign) = self.sign(&['+', '-']) {
            let (left, right) = (Box::new(sum), Box::new(self.product()?));
            sum = if sign == '+' { Expression::Sum(left, right) } else { Expression::Difference(left, right) };
        }
        Ok(sum)
    }

    fn product(&mut self) -> Result<Expression, Unreadable> {
        let mut product = self.factor()?;
        while let Some(sign) = self.sign(&['*', '/']) {
            let (left, right) = (Box::new(product), Box::new(self.factor()?));
            product = if sign == '*' { Expression::Product(left, right) } else { Expression::Quotient(left, right) };
        }
        Ok(product)
    }

    fn factor(&mut self) -> Result<Expression, Unreadable> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Unreadable { found: "brackets within brackets".to_owned(), expected: "at most 64 deep" });
        }
        let read = match self.next() {
            Some(Token::Number(number)) => Expression::Number(number),
            Some(Token::Name(name)) if self.sign(&['(']).is_some() => self.call(&name)?,
            Some(Token::Name(name)) => Expression::Name(name),
            Some(Token::Sign('-')) => Expression::Difference(Box::new(Expression::Number(0.0)), Box::new(self.factor()?)),
            Some(Token::Sign('(')) => {
                let inner = self.sum()?;
                self.closes()?;
                inner
            }
            found => return Err(Self::unexpected(found.as_ref(), "a name, a number or a bracket")),
        };
        self.depth -= 1;
        Ok(read)
    }

    fn call(&mut self, name: &str) -> Result<Expression, Unreadable> {
        let first = Box::new(self.sum()?);
        let read = match name {
            "abs" => Expression::Magnitude(first),
            "min" | "max" => {
                if self.sign(&[',']).is_none() {
                    return Err(Unreadable { found: format!("{name} of one"), expected: "two numbers, as in min(sharpe, sortino)" });
                }
                let second = Box::new(self.sum()?);
                if name == "min" { Expression::Least(first, second) } else { Expression::Most(first, second) }
            }
            _ => return Err(Unreadable { found: format!("`{name}(`"), expected: "min, max or abs before a bracket" }),
        };
        self.closes()?;
        Ok(read)
    }

    fn closes(&mut self) -> Result<(), Unreadable> {
        if self.sign(&[')']).is_some() {
            return Ok(());
        }
        let found = self.next();
        Err(Self::unexpected(found.as_ref(), "a closing bracket"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(name: &str) -> Option<f64> {
        match name {
            "sharpe" => Some(1.5),
            "max_drawdown" => Some(-0.25),
            "buckets.mid-caps.weight" => Some(0.2),
            _ => None,
        }
    }

    fn value(text: &str) -> Option<f64> {
        Expression::parse(text).unwrap().value(&known)
    }

    #[test]
    fn sums_by_head() {
        assert_eq!(value("1 + 2 * 3 - 4 / 8"), Some(6.5));
        assert_eq!(value("-(1 - 3) * sharpe"), Some(3.0));
        assert_eq!(value("10 - 2 - 3"), Some(5.0));
        assert_eq!(value("min(sharpe, 1) + max(2, 3) + abs(max_drawdown)"), Some(4.25));
        assert_eq!(value("buckets.mid-caps.weight - 0.1"), Some(0.1));
        assert_eq!(value("sharpe / 0"), None);
        assert_eq!(value("sharpe + missing"), None);
    }

    #[test]
    fn what_is_linear_is_known_as_such() {
        let linear = |text: &str| Expression::parse(text).unwrap().linear();
        let (terms, constant) = linear("2 * (a - b / 4) + a + 1").unwrap();
        assert_eq!((terms["a"], terms["b"], constant), (3.0, -0.5, 1.0));
        for not in ["a * b", "1 / a", "min(a, b)", "abs(a)"] {
            assert_eq!(linear(not), None, "{not}");
        }
    }

    #[test]
    fn by_how_much_a_comparison_is_broken() {
        let violation = |text: &str| Comparison::parse(text).unwrap().violation(&known);
        assert_eq!(violation("sharpe > 1"), 0.0);
        assert_eq!(violation("sharpe >= 3"), 0.5);
        assert_eq!(violation("sharpe = 1.5"), 0.0);
        assert_eq!(violation("max_drawdown > 0"), 0.25);
        assert!(violation("sharpe < 1.5") > 0.0 && violation("sharpe <= 1.5") == 0.0);
        assert_eq!(violation("missing < 1"), f64::INFINITY);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let found = |text: &str| Expression::parse(text).map_err(|wrong| wrong.found).unwrap_err();
        for (text, wanted) in [
            ("", "nothing more"),
            ("1 +", "nothing more"),
            ("a b", "`b`"),
            ("(a", "nothing more"),
            ("a ! b", "`!`"),
            ("f(a)", "`f(`"),
            ("1.2.3", "1.2.3"),
        ] {
            assert_eq!(found(text), wanted, "{text}");
        }
        assert!(Expression::parse(&"(".repeat(100_000)).is_err());
        assert!(Comparison::parse("sharpe").is_err() && Comparison::parse("a < b < c").is_err());
    }
}
