//! Whose the memberships are, both ways round: a rule asks for each coin and each narrative at every rebalancing, and a walk through all
//! labels each time takes coins times coins.

use std::sync::OnceLock;

use crate::market::Membership;
use crate::units::{AssetId, NarrativeId};

/// Places in the list of memberships, ascending; made when first asked for, of a list that then stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Labels(OnceLock<Index>);

#[derive(Clone, Debug, Default)]
struct Index {
    of_asset: Vec<Vec<u32>>,
    of_narrative: Vec<Vec<u32>>,
}

impl Labels {
    pub(super) fn of_asset<'m>(&'m self, all: &'m [Membership], asset: AssetId) -> impl Iterator<Item = &'m Membership> + use<'m> {
        at(&self.index(all).of_asset, asset.index(), all)
    }

    pub(super) fn of_narrative<'m>(&'m self, all: &'m [Membership], id: NarrativeId) -> impl Iterator<Item = &'m Membership> + use<'m> {
        at(&self.index(all).of_narrative, id.index(), all)
    }

    fn index(&self, all: &[Membership]) -> &Index {
        self.0.get_or_init(|| {
            let mut index = Index::default();
            for (at, label) in all.iter().enumerate() {
                put(&mut index.of_asset, label.asset.index(), at);
                put(&mut index.of_narrative, label.narrative.index(), at);
            }
            index
        })
    }
}

fn at<'m>(places: &'m [Vec<u32>], whose: usize, all: &'m [Membership]) -> impl Iterator<Item = &'m Membership> + use<'m> {
    places.get(whose).into_iter().flatten().map(|&at| &all[at as usize])
}

fn put(places: &mut Vec<Vec<u32>>, whose: usize, at: usize) {
    if places.len() <= whose {
        places.resize_with(whose + 1, Vec::new);
    }
    places[whose].push(at as u32);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Time;

    #[test]
    fn labels_are_found_in_the_order_of_the_file() {
        let label = |(asset, narrative): (u16, u16)| Membership {
            asset: AssetId(asset),
            narrative: NarrativeId(narrative),
            since: Time::MIN,
            until: None,
            source: String::new(),
        };
        let (all, labels) = ([(2, 1), (0, 0), (2, 0), (2, 1)].map(label), Labels::default());
        let of_asset = |id: u16| labels.of_asset(&all, AssetId(id)).map(|label| label.narrative.0).collect::<Vec<_>>();
        assert_eq!([of_asset(0), of_asset(1), of_asset(2), of_asset(9)], [vec![0], vec![], vec![1, 0, 1], vec![]]);
        let of_narrative = |id: u16| labels.of_narrative(&all, NarrativeId(id)).map(|label| label.asset.0).collect::<Vec<_>>();
        assert_eq!([of_narrative(0), of_narrative(1), of_narrative(2)], [vec![0, 2], vec![2, 2], vec![]]);
    }
}
