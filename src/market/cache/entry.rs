//! One entry of the cache: what came of the files of one symbol, behind the key of what it was made of and a checksum of both.

use std::path::Path;

use crate::bounded;
use crate::market::bars::Series;
use crate::market::cache::binary::{Reader, Writer};
use crate::market::data::Data;
use crate::market::series::Origin;
use crate::market::{Bar, InputFile, RawSettlement};
use crate::units::Time;

/// The SHA-256 of everything that an entry depends on.
pub(super) type Key = [u8; 32];

/// What every entry begins with.
const MAGIC: &[u8; 8] = b"rotate\0\x01";

/// Bytes of the checksum behind it.
const SUM: usize = 4;

/// Bytes of an entry: what would have more is not kept.
const MOST: u64 = 1 << 30;

/// What the entry at `path` holds; `None` where there is none, it was made of something else, or is not as it was written.
pub(super) fn read(path: &Path, key: &Key) -> Option<Data> {
    unpack(&bounded::bytes(path, MOST).ok()?, key)
}

/// The bytes of an entry; `None` of one that is too large.
pub(super) fn pack(data: &Data, key: &Key) -> Option<Vec<u8>> {
    let mut writer = Writer::default();
    writer.0.extend_from_slice(MAGIC);
    writer.0.extend_from_slice(&[0; SUM]);
    writer.0.extend_from_slice(key);
    match data {
        Data::Bars(series) => write_series(&mut writer, series),
        Data::Rates { settlements, origin } => {
            writer.number(0);
            write_origin(&mut writer, origin);
            let interval = |settlement: &RawSettlement| settlement.interval_hours.unwrap_or(f64::NAN).to_bits();
            writer.rows(settlements.iter().map(|own| [word(own.time), own.rate.to_bits(), interval(own)]));
        }
    }
    let mut bytes = writer.0;
    let sum = crc32fast::hash(&bytes[MAGIC.len() + SUM..]);
    bytes[MAGIC.len()..][..SUM].copy_from_slice(&sum.to_le_bytes());
    (bytes.len() as u64 <= MOST).then_some(bytes)
}

/// What [`pack`] wrote under that key.
fn unpack(bytes: &[u8], key: &Key) -> Option<Data> {
    let (sum, body) = bytes.strip_prefix(MAGIC)?.split_at_checked(SUM)?;
    let rest = body.strip_prefix(key)?;
    if crc32fast::hash(body).to_le_bytes() != *sum {
        return None;
    }
    let mut reader = Reader(rest);
    let data = match reader.number()? {
        0 => {
            let origin = read_origin(&mut reader)?;
            let settlement = |[time, rate, interval]: [u64; 3]| RawSettlement {
                time: time_of(time),
                rate: f64::from_bits(rate),
                interval_hours: Some(f64::from_bits(interval)).filter(|hours| !hours.is_nan()),
            };
            Data::Rates { settlements: reader.rows(settlement)?, origin }
        }
        1 => Data::Bars(read_series(&mut reader)?),
        _ => return None,
    };
    reader.0.is_empty().then_some(data)
}

fn write_series(writer: &mut Writer, series: &Series) {
    let Series { bars, origin, holed, still_open, untraded, clipped, reaches, volumeless, fine } = series;
    writer.number(1);
    write_origin(writer, origin);
    for number in [*holed, usize::from(*still_open), *untraded, *clipped, usize::from(*volumeless)] {
        writer.number(number as u64);
    }
    writer.rows(reaches.iter().map(|&time| [word(time)]));
    writer.rows(fine.iter().map(|&(time, price)| [word(time), price.to_bits()]));
    writer.rows(bars.iter().map(|bar| {
        let Bar { time, open, high, low, close, volume } = *bar;
        [word(time), open.to_bits(), high.to_bits(), low.to_bits(), close.to_bits(), volume.to_bits()]
    }));
}

fn read_series(reader: &mut Reader) -> Option<Series> {
    let origin = read_origin(reader)?;
    let mut count = || reader.number().map(|number| number as usize);
    let (holed, still_open, untraded, clipped, volumeless) = (count()?, count()? != 0, count()?, count()?, count()? != 0);
    let reaches = reader.rows(|[time]| time_of(time))?.first().copied();
    let fine = reader.rows(|[time, price]| (time_of(time), f64::from_bits(price)))?;
    let bars = reader.rows(|[time, open, high, low, close, volume]| {
        let [open, high, low, close, volume] = [open, high, low, close, volume].map(f64::from_bits);
        Bar { time: time_of(time), open, high, low, close, volume }
    })?;
    Some(Series { bars, origin, holed, still_open, untraded, clipped, reaches, volumeless, fine })
}

fn write_origin(writer: &mut Writer, origin: &Origin) {
    writer.number(origin.duplicates as u64);
    writer.number(origin.files.len() as u64);
    origin.files.iter().for_each(|file| writer.text(file));
    writer.number(origin.inputs.len() as u64);
    for InputFile { path, sha256 } in &origin.inputs {
        writer.text(path);
        writer.text(sha256);
    }
}

fn read_origin(reader: &mut Reader) -> Option<Origin> {
    let duplicates = reader.number()? as usize;
    // Of a count that is not true the first text too many is missing.
    let files = (0..reader.number()?).map(|_| reader.text()).collect::<Option<_>>()?;
    let input = |reader: &mut Reader| Some(InputFile { path: reader.text()?, sha256: reader.text()? });
    let inputs = (0..reader.number()?).map(|_| input(reader)).collect::<Option<_>>()?;
    Some(Origin { files, inputs, duplicates })
}

fn word(time: Time) -> u64 {
    time.seconds() as u64
}

fn time_of(word: u64) -> Time {
    Time::from_seconds(word as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: Key = [7; 32];

    fn origin() -> Origin {
        let input = |path: &str| InputFile { path: path.to_owned(), sha256: "ab".repeat(32) };
        Origin {
            files: vec!["spot/b.csv".to_owned(), "spot/é.csv".to_owned()],
            inputs: vec![input("spot/é.csv"), input("x")],
            duplicates: 3,
        }
    }

    fn bars() -> Data {
        let bar =
            |k: i64| Bar { time: Time::from_seconds(k * 3_600), open: 0.1 + 0.2, high: f64::MAX, low: 5e-324, close: 1.0, volume: -0.0 };
        let fine = vec![(Time::from_seconds(-60), 1.5)];
        let (bars, reaches) = ((0..9).map(bar).collect(), Some(Time::from_seconds(5)));
        Data::Bars(Series { bars, origin: origin(), holed: 1, still_open: true, untraded: 2, clipped: 4, reaches, volumeless: false, fine })
    }

    fn rates() -> Data {
        let rate = |interval_hours| RawSettlement { time: Time::from_seconds(60), rate: -1e-4, interval_hours };
        Data::Rates { settlements: vec![rate(None), rate(Some(8.0))], origin: origin() }
    }

    /// Entries of equal bytes hold the same to the last bit.
    #[test]
    fn what_is_packed_is_unpacked_to_the_last_bit() {
        for data in [bars(), rates()] {
            let bytes = pack(&data, &KEY).unwrap();
            let again = unpack(&bytes, &KEY).unwrap();
            assert_eq!(pack(&again, &KEY).unwrap(), bytes);
            assert_eq!((again.origin().files.len(), again.origin().inputs[1].path.as_str(), again.origin().duplicates), (2, "x", 3));
        }
        let Some(Data::Bars(series)) = unpack(&pack(&bars(), &KEY).unwrap(), &KEY) else { panic!("no bars") };
        assert_eq!((series.bars.len(), series.bars[8].time.seconds(), series.bars[0].open), (9, 8 * 3_600, 0.1 + 0.2));
        assert_eq!((series.reaches.map(Time::seconds), series.fine.len(), series.holed, series.clipped), (Some(5), 1, 1, 4));
        assert!(series.still_open && !series.volumeless && series.untraded == 2);
        let Some(Data::Rates { settlements, .. }) = unpack(&pack(&rates(), &KEY).unwrap(), &KEY) else { panic!("no rates") };
        assert_eq!([settlements[0].interval_hours, settlements[1].interval_hours], [None, Some(8.0)]);
    }

    #[test]
    fn an_entry_that_is_cut_changed_or_of_another_key_is_none() {
        for data in [bars(), rates()] {
            let bytes = pack(&data, &KEY).unwrap();
            assert!(unpack(&bytes, &[8; 32]).is_none());
            for at in 0..bytes.len() {
                assert!(unpack(&bytes[..at], &KEY).is_none(), "cut at {at}");
                let mut changed = bytes.clone();
                changed[at] ^= 0x40;
                assert!(unpack(&changed, &KEY).is_none(), "changed at {at}");
            }
            assert!(unpack(&[bytes.as_slice(), &[0]].concat(), &KEY).is_none());
        }
    }

    /// Bytes that somebody sealed: what they say of their own length is not believed.
    #[test]
    fn counts_that_are_not_true_are_refused_under_a_true_sum() {
        for data in [bars(), rates()] {
            let bytes = pack(&data, &KEY).unwrap();
            for at in (MAGIC.len() + SUM + KEY.len()..bytes.len() - 8).step_by(4) {
                let mut changed = bytes.clone();
                changed[at..at + 8].copy_from_slice(&u64::MAX.to_le_bytes());
                let sum = crc32fast::hash(&changed[MAGIC.len() + SUM..]);
                changed[MAGIC.len()..][..SUM].copy_from_slice(&sum.to_le_bytes());
                // Either refused, or another number: never a panic, never more memory than there are bytes.
                let _ = unpack(&changed, &KEY);
            }
        }
    }
}
