//! One regression tree (Breiman, Friedman, Olshen and Stone 1984) over the unit cube, kept as the boxes of its leaves: they fill the cube and
//! do not overlap.

/// Trees grow no deeper, so that odd values cannot make them slow; 1,000 trials need some 20.
const MOST_DEPTH: usize = 64;
/// A leaf stands for so many draws at least. Of 1 a tree learns every trial by heart, and its noise with it.
pub(super) const LEAST_LEAF: f64 = 2.0;
/// A split takes away more than this of the squares, of values from 0 to 1; less is rounding.
const LEAST_GAIN: f64 = 1e-12;

/// What an axis of the unit cube stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AxisKind {
    /// Values in an order, continuous or in steps.
    Ordered,
    /// So many values without an order, at least one; each is an equal part of the axis, in the order of their numbers.
    Unordered(usize),
}

/// What a box has of one axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Side {
    /// From a number to before another.
    Between(f64, f64),
    /// Whether it has each value.
    Among(Vec<bool>),
}

impl Side {
    fn whole(kind: AxisKind) -> Self {
        match kind {
            AxisKind::Ordered => Self::Between(0.0, 1.0),
            AxisKind::Unordered(count) => Self::Among(vec![true; count]),
        }
    }

    /// Share of the axis, from 0 to 1.
    pub fn width(&self) -> f64 {
        match self {
            Self::Between(from, to) => to - from,
            Self::Among(values) => values.iter().filter(|has| **has).count() as f64 / values.len() as f64,
        }
    }

    /// The part that a test sends to the left, and the rest.
    fn cut(&self, test: &Test) -> (Self, Self) {
        match (self, test) {
            (Self::Between(from, to), Test::Below(at)) => (Self::Between(*from, *at), Self::Between(*at, *to)),
            (Self::Among(values), Test::Among(lefts)) => {
                let part = |wanted: bool| values.iter().zip(lefts).map(|(has, left)| *has && *left == wanted).collect();
                (Self::Among(part(true)), Self::Among(part(false)))
            }
            _ => unreachable!("a test is of its axis"),
        }
    }
}

/// A box of the cube in which the tree says the same.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Leaf {
    /// What it says, from 0 to 1.
    pub value: f64,
    /// What it has of each axis.
    pub sides: Vec<Side>,
}

/// Trials as trees read them.
pub(super) struct Trials {
    axes: Vec<AxisKind>,
    /// For each axis the coordinate of each trial, or the number of its value.
    keys: Vec<Vec<f64>>,
    /// For each axis the trials, by their keys.
    orders: Vec<Vec<u32>>,
    /// Of each trial, from 0 to 1.
    values: Vec<f64>,
}

/// A tree, and what it says of the trials it was not grown from.
pub(super) struct Tree {
    pub leaves: Vec<Leaf>,
    /// Trial, and what the tree says of it.
    pub unseen: Vec<(u32, f64)>,
}

/// Which part of a box goes to the left.
enum Test {
    Below(f64),
    Among(Vec<bool>),
}

impl Test {
    fn sends_left(&self, key: f64) -> bool {
        match self {
            Self::Below(at) => key < *at,
            Self::Among(lefts) => lefts[key as usize],
        }
    }
}

struct Split {
    axis: usize,
    gain: f64,
    test: Test,
}

/// Draws that share a key.
#[derive(Clone, Copy)]
struct Group {
    key: f64,
    weight: f64,
    sum: f64,
}

/// A box that may be split yet.
struct Open {
    /// Its trials are `from..to` in the order of every axis.
    from: usize,
    to: usize,
    depth: usize,
    sides: Vec<Side>,
    unseen: Vec<u32>,
}

/// What changes while a tree grows.
struct Grower<'a> {
    trials: &'a Trials,
    /// How often each trial was drawn.
    draws: &'a [u32],
    /// For each axis the trials drawn, box by box, within a box by their keys.
    orders: Vec<Vec<u32>>,
    /// Axes are tried from this one on: of equally good splits the first is taken, and no axis should always be first.
    first_axis: usize,
    goes_left: Vec<bool>,
    groups: Vec<Group>,
    right: Vec<u32>,
}

impl Trials {
    /// `places` has a row a trial with a number from 0 to 1 an axis; `values` are from 0 to 1.
    pub fn new(axes: &[AxisKind], places: &[Vec<f64>], values: Vec<f64>) -> Self {
        let key = |kind: AxisKind, place: f64| match kind {
            AxisKind::Ordered => place,
            AxisKind::Unordered(count) => ((place * count as f64) as usize).min(count - 1) as f64,
        };
        let keys_of = |(axis, kind): (usize, &AxisKind)| places.iter().map(|place| key(*kind, place[axis])).collect();
        let keys: Vec<Vec<f64>> = axes.iter().enumerate().map(keys_of).collect();
        let by_key = |keys: &Vec<f64>| {
            let mut order: Vec<u32> = (0..places.len() as u32).collect();
            order.sort_by(|a, b| keys[*a as usize].total_cmp(&keys[*b as usize]));
            order
        };
        let orders = keys.iter().map(by_key).collect();
        Self { axes: axes.to_vec(), keys, orders, values }
    }

    /// The tree of trials drawn so often each; `first_axis` settles between equally good splits.
    pub fn tree(&self, draws: &[u32], first_axis: usize) -> Tree {
        let sample = |order: &Vec<u32>| order.iter().copied().filter(|at| draws[*at as usize] > 0).collect();
        let mut grower = Grower {
            trials: self,
            draws,
            orders: self.orders.iter().map(sample).collect(),
            first_axis,
            goes_left: vec![false; self.values.len()],
            groups: Vec::new(),
            right: Vec::new(),
        };
        grower.grow()
    }
}

impl Grower<'_> {
    fn grow(&mut self) -> Tree {
        let trials = self.trials;
        let sides = trials.axes.iter().map(|kind| Side::whole(*kind)).collect();
        let unseen = (0..trials.values.len() as u32).filter(|at| self.draws[*at as usize] == 0).collect();
        let mut tree = Tree { leaves: Vec::new(), unseen: Vec::new() };
        let mut open = vec![Open { from: 0, to: self.orders[0].len(), depth: 0, sides, unseen }];
        while let Some(node) = open.pop() {
            let Some(split) = self.best_split(&node) else {
                let value = self.mean(node.from, node.to);
                tree.unseen.extend(node.unseen.iter().map(|at| (*at, value)));
                tree.leaves.push(Leaf { value, sides: node.sides });
                continue;
            };
            let middle = self.divide(&node, &split);
            let (left, right) = node.sides[split.axis].cut(&split.test);
            let keys = &trials.keys[split.axis];
            let (unseen_left, unseen_right) = node.unseen.iter().partition(|at| split.test.sends_left(keys[**at as usize]));
            let with = |side: Side| {
                let mut sides = node.sides.clone();
                sides[split.axis] = side;
                sides
            };
            let depth = node.depth + 1;
            open.push(Open { from: middle, to: node.to, depth, sides: with(right), unseen: unseen_right });
            open.push(Open { from: node.from, to: middle, depth, sides: with(left), unseen: unseen_left });
        }
        tree
    }

    fn mean(&self, from: usize, to: usize) -> f64 {
        let (weight, sum) = self.orders[0][from..to].iter().fold((0.0, 0.0), |(weight, sum), at| {
            let draws = f64::from(self.draws[*at as usize]);
            (weight + draws, sum + draws * self.trials.values[*at as usize])
        });
        sum / weight
    }

    /// The split that takes most away from the squares around the mean; none where the box stays whole.
    fn best_split(&mut self, node: &Open) -> Option<Split> {
        if node.depth >= MOST_DEPTH {
            return None;
        }
        let mut best: Option<Split> = None;
        for axis in (self.first_axis..self.trials.axes.len()).chain(0..self.first_axis) {
            let least = best.as_ref().map_or(LEAST_GAIN, |best| best.gain);
            self.group(node, axis);
            if matches!(self.trials.axes[axis], AxisKind::Unordered(_)) {
                // The best set of values is among the first so many by their means (Fisher 1958).
                self.groups.sort_by(|a, b| (a.sum / a.weight).total_cmp(&(b.sum / b.weight)));
            }
            if let Some((gain, count)) = best_prefix(&self.groups, least) {
                best = Some(Split { axis, gain, test: self.test(&node.sides[axis], count) });
            }
        }
        best
    }

    /// The draws of a box by their keys on an axis.
    fn group(&mut self, node: &Open, axis: usize) {
        let keys = &self.trials.keys[axis];
        self.groups.clear();
        for at in self.orders[axis][node.from..node.to].iter().map(|at| *at as usize) {
            let (key, weight) = (keys[at], f64::from(self.draws[at]));
            let sum = weight * self.trials.values[at];
            match self.groups.last_mut() {
                Some(group) if group.key == key => {
                    group.weight += weight;
                    group.sum += sum;
                }
                _ => self.groups.push(Group { key, weight, sum }),
            }
        }
    }

    /// What sends the first `count` groups to the left: up to the middle between two numbers; or their values, and with the larger part of
    /// the draws those values that were not drawn.
    fn test(&self, side: &Side, count: usize) -> Test {
        let (lefts, rights) = self.groups.split_at(count);
        match side {
            Side::Between(..) => {
                let (below, above) = (lefts[count - 1].key, rights[0].key);
                let middle = below.midpoint(above);
                Test::Below(if middle > below { middle } else { above })
            }
            Side::Among(values) => {
                let weight = |groups: &[Group]| groups.iter().map(|group| group.weight).sum::<f64>();
                let mut to_left = vec![weight(lefts) >= weight(rights); values.len()];
                for (groups, left) in [(lefts, true), (rights, false)] {
                    for group in groups {
                        to_left[group.key as usize] = left;
                    }
                }
                Test::Among(to_left)
            }
        }
    }

    /// Brings the trials that go left to the front of the box, on every axis; where the others begin.
    fn divide(&mut self, node: &Open, split: &Split) -> usize {
        let keys = &self.trials.keys[split.axis];
        for at in self.orders[split.axis][node.from..node.to].iter().map(|at| *at as usize) {
            self.goes_left[at] = split.test.sends_left(keys[at]);
        }
        let mut middle = node.from;
        for order in &mut self.orders {
            middle = node.from;
            self.right.clear();
            for i in node.from..node.to {
                let at = order[i];
                if self.goes_left[at as usize] {
                    order[middle] = at;
                    middle += 1;
                } else {
                    self.right.push(at);
                }
            }
            order[middle..node.to].copy_from_slice(&self.right);
        }
        middle
    }
}

/// By how much the squares fall where the first so many groups are split off, and how many that are; none where none gains more than `least`.
fn best_prefix(groups: &[Group], least: f64) -> Option<(f64, usize)> {
    let (weight, sum) = groups.iter().fold((0.0, 0.0), |(weight, sum), group| (weight + group.weight, sum + group.sum));
    let (mut left_weight, mut left_sum, mut best, mut most) = (0.0, 0.0, None, least);
    for (at, group) in groups.iter().enumerate() {
        left_weight += group.weight;
        left_sum += group.sum;
        let right_weight = weight - left_weight;
        if right_weight < LEAST_LEAF {
            break;
        }
        if left_weight >= LEAST_LEAF {
            let apart = left_sum / left_weight - (sum - left_sum) / right_weight;
            let gain = apart * apart * left_weight * right_weight / weight;
            if gain > most {
                (best, most) = (Some((gain, at + 1)), gain);
            }
        }
    }
    best
}
