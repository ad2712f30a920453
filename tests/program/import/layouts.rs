//! One price series in the layout of every source: each imports to the same columns.

use polars::prelude::{DataFrame, DataType, IntoColumn, IpcCompression, IpcWriter, NamedFrom, ParquetWriter, SerWriter, Series, TimeUnit};

use rotate::import::{Content, Remark};
use rotate::market::Kind;
use rotate::units::Time;

use super::{BARS, HOUR, Place, START, assert_bars, bar, gz, lines, rows, zipped};

const SPOT: Content = Content::Bars(Kind::Spot);
const PERP: Content = Content::Bars(Kind::Perp);

fn date(k: i64) -> String {
    Time::from_seconds(START + k * HOUR).to_string().replace('T', " ").replace('Z', "")
}

/// Twelve columns of Binance; `unit` is how many of its time units a second has.
fn binance(range: std::ops::Range<i64>, unit: i64) -> String {
    rows(range, |k, b| {
        let open = START + k * HOUR;
        let quote = b.volume * b.close;
        format!("{},{},{},{},{},{},{},{quote},100,1,1,0", open * unit, b.open, b.high, b.low, b.close, b.volume, (open + HOUR) * unit - 1)
    })
}

/// Imports one spot or perpetual series and holds it against the bars.
fn holds(place: &Place, content: Content, symbol: &str, range: std::ops::Range<i64>) {
    let (plan, market) = place.import();
    let taken: Vec<_> =
        plan.series().into_iter().filter(|row| row.passed_over.is_none() && matches!(row.content, Content::Bars(_))).collect();
    assert_eq!(taken.iter().map(|row| (row.content, row.symbol.as_str())).collect::<Vec<_>>(), [(content, symbol)]);
    assert_bars(&market, symbol, range.map(bar));
}

#[test]
fn binance_archives_in_milliseconds_and_microseconds() {
    let place = Place::new();
    let folder = "data/spot/monthly/klines/BTCUSDT/1h";
    place.put(&format!("{folder}/BTCUSDT-1h-2024-01.zip"), zipped("BTCUSDT-1h-2024-01.csv", &binance(0..24, 1_000)));
    place.put(&format!("{folder}/BTCUSDT-1h-2024-02.zip"), zipped("BTCUSDT-1h-2024-02.csv", &binance(24..48, 1_000_000)));
    // A daily file that overlaps the month, as one that patches it.
    place.put(
        "data/spot/daily/klines/BTCUSDT/1h/BTCUSDT-1h-2024-01-02.zip",
        zipped("BTCUSDT-1h-2024-01-02.csv", &binance(40..72, 1_000_000)),
    );
    holds(&place, SPOT, "BTCUSDT", BARS);
}

#[test]
fn binance_perpetuals_with_header_mark_prices_and_funding() {
    let place = Place::new();
    let head = "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore\n";
    // After its delisting the venue goes on writing bars without volume at one price.
    let filler = lines(72..120, |k| format!("{},1,1,1,1,0,{},0,0,0,0,0", (START + k * HOUR) * 1_000, (START + (k + 1) * HOUR) * 1_000 - 1));
    place.put("um/klines/XYZUSDT-1h-2024-01.csv", format!("{head}{}{filler}", binance(BARS, 1_000)));
    place.put("um/markPriceKlines/XYZUSDT/1h/XYZUSDT-1h-2024-01.csv", format!("{head}{}", binance(BARS, 1_000)));
    let rates = "calc_time,funding_interval_hours,last_funding_rate\n";
    let rates: String =
        (0..9).map(|k| format!("{},8,0.000{k}\n", (START + k * 8 * HOUR) * 1_000 + 7)).fold(rates.to_owned(), |text, row| text + &row);
    place.put("um/fundingRate/XYZUSDT-fundingRate-2024-01.csv", rates);
    let (plan, market) = place.import();
    assert_bars(&market, "XYZUSDT", BARS.map(bar));
    let perp = plan.series().into_iter().find(|row| row.content == PERP).unwrap();
    assert_eq!((perp.left_out.filler, market.panel.marked_bars.clone()), (48, vec![72]));
    let settled: Vec<f64> = market.funding.by_instrument[0].iter().filter(|settled| !settled.assumed).map(|settled| settled.rate).collect();
    assert_eq!(settled, (0..9).map(|k| f64::from(k) / 10_000.0).collect::<Vec<_>>());
}

#[test]
fn okx_swaps_count_contracts_and_have_an_open_bar_at_the_end() {
    let place = Place::new();
    let head = "instrument_name,open,high,low,close,vol,vol_ccy,vol_quote,open_time,confirm\n";
    let row = |k: i64| {
        let b = bar(k);
        let (contracts, quote, open) = (b.volume * 100.0, b.volume * b.close, (START + k * HOUR) * 1_000);
        format!("BTC-USDT-SWAP,{},{},{},{},{contracts},{},{quote},{open},{}\n", b.open, b.high, b.low, b.close, b.volume, i32::from(k < 72))
    };
    // Days of its files begin at 16:00 UTC.
    for (day, range) in [("2024-01-01", 0..16), ("2024-01-02", 16..40), ("2024-01-03", 40..73)] {
        let text: String = range.map(row).fold(head.to_owned(), |text, row| text + &row);
        let name = format!("BTC-USDT-SWAP-candlesticks-{day}");
        place.put(&format!("okx/candlesticks/daily/{day}/{name}.zip"), zipped(&format!("{name}.csv"), &text));
    }
    holds(&place, PERP, "BTCUSDT", BARS);
}

#[test]
fn okx_rates_of_all_swaps_are_told_apart() {
    let place = Place::new();
    let bars = |symbol: &str| {
        rows(BARS, |k, b| format!("{symbol},{},{},{},{},{},{},1", (START + k * HOUR) * 1_000, b.open, b.high, b.low, b.close, b.volume))
    };
    for symbol in ["BTC-USDT-SWAP", "ETH-USDT-SWAP"] {
        let head = "instrument_name,open_time,open,high,low,close,vol_ccy,confirm\n";
        place.put(&format!("okx/{symbol}-candlesticks-2024-01.csv"), format!("{head}{}", bars(symbol)).replace("vol_ccy", "vol"));
    }
    let text = lines(0..9, |k| {
        let stamp = (START + k * 8 * HOUR) * 1_000;
        format!("BTC-USDT-SWAP,0.0001,{stamp}\nETH-USDT-SWAP,0.0002,{stamp}\nBTC-USD-SWAP,0.5,{stamp}")
    });
    place.put("okx/allswap-fundingrates-2024-01-01.csv", format!("instrument_name,funding_rate,funding_time\n{text}"));
    let (_, market) = place.import();
    let rate = |symbol: &str| {
        let at = market.instruments.iter().position(|own| own.symbol == symbol).unwrap();
        market.funding.by_instrument[at].iter().filter(|settled| !settled.assumed).map(|settled| settled.rate).collect::<Vec<_>>()
    };
    assert_eq!((rate("BTCUSDT"), rate("ETHUSDT")), (vec![0.0001; 9], vec![0.0002; 9]));
}

#[test]
fn gate_writes_the_close_first_and_seconds() {
    let place = Place::new();
    let spot = rows(BARS, |k, b| format!("{},{},{},{},{},{}", START + k * HOUR, b.volume, b.close, b.high, b.low, b.open));
    place.put("gate/spot/candlesticks_1h/202401/BTC_USDT-202401.csv.gz", gz(&spot));
    holds(&place, SPOT, "BTCUSDT", BARS);

    // Without a word of whose it is the order shows by itself.
    let place = Place::new();
    place.put("BTC_USDT-202401.csv.gz", gz(&spot));
    holds(&place, SPOT, "BTCUSDT", BARS);
}

#[test]
fn gate_futures_count_contracts() {
    let place = Place::new();
    let futures = rows(BARS, |k, b| format!("{},{},{},{},{},{}", START + k * HOUR, b.volume * 10_000.0, b.close, b.high, b.low, b.open));
    place.put("gate/futures_usdt/candlesticks_1h/202401/BTC_USDT-202401.csv.gz", gz(&futures));
    let rates = lines(0..9, |k| format!("{},0.0001", START + k * 8 * HOUR));
    place.put("gate/futures_usdt/funding_applies/202401/BTC_USDT-202401.csv.gz", gz(&rates));
    let marks = rows(0..72 * 4, |k, _| format!("{},{},1,1", START + k * HOUR / 4, bar(k / 4).close));
    place.put("gate/futures_usdt/mark_prices/202401/BTC_USDT-202401.csv.gz", gz(&marks));
    let predictions = lines(0..900, |k| format!("{},0.4", START + k * 60));
    place.put("gate/futures_usdt/funding_updates/202401/BTC_USDT-202401.csv.gz", gz(&predictions));
    let (plan, _) = place.import();
    let perp = plan.series().into_iter().find(|row| row.content == PERP).unwrap();
    assert_eq!(perp.left_out.remarks, [Remark::ContractsOfOne]);
    assert!(plan.files().iter().any(|file| file.useless.as_deref().is_some_and(|why| why.contains("predicted"))));

    std::fs::remove_dir_all(place.path("market")).unwrap();
    let (_, market) = place.mapped("[contract_size]\nBTC_USDT = 0.0001\n");
    assert_bars(&market, "BTCUSDT", BARS.map(bar));
    assert_eq!(market.panel.marked_bars, [72]);
    assert_eq!(market.funding.by_instrument[0].iter().filter(|settled| !settled.assumed && settled.rate == 0.0001).count(), 9);
}

#[test]
fn bybit_files_for_metatrader_are_three_hours_ahead() {
    let place = Place::new();
    let text = rows(BARS, |k, b| {
        let local = date(k + 3).replace('-', ".");
        format!("{},{},{},{},{},{}", &local[..16], b.open, b.high, b.low, b.close, b.volume)
    });
    place.put("kline_for_metatrader4/BTCUSDT/2024/BTCUSDT_60_2024-01-01_2024-01-31.csv.gz", gz(&text));
    let (plan, market) = place.import();
    assert_bars(&market, "BTCUSDT", BARS.map(bar));
    assert_eq!(plan.series()[0].left_out.remarks, [Remark::ClockMoved]);
}

#[test]
fn bybit_answers_are_newest_first_and_end_with_a_running_bar() {
    let place = Place::new();
    let list: Vec<String> = (0..73)
        .rev()
        .map(|k| {
            let b = bar(k);
            format!(
                "[\"{}\",\"{}\",\"{}\",\"{}\",\"{}\",\"{}\",\"{}\"]",
                (START + k * HOUR) * 1_000,
                b.open,
                b.high,
                b.low,
                b.close,
                b.volume,
                b.volume * b.close
            )
        })
        .collect();
    place.put("linear/BTCUSDT-60.json", format!("{{\"retCode\":0,\"result\":{{\"symbol\":\"BTCUSDT\",\"list\":[{}]}}}}", list.join(",")));
    let rates: Vec<String> = (0..9)
        .rev()
        .map(|k| {
            format!("{{\"symbol\":\"BTCUSDT\",\"fundingRate\":\"0.0001\",\"fundingRateTimestamp\":\"{}\"}}", (START + k * 8 * HOUR) * 1_000)
        })
        .collect();
    place.put("linear/funding-BTCUSDT.json", format!("{{\"result\":{{\"list\":[{}]}}}}", rates.join(",")));
    let (_, market) = place.import();
    assert_bars(&market, "BTCUSDT", BARS.map(bar));
    assert_eq!(market.funding.by_instrument[0].iter().filter(|settled| !settled.assumed).count(), 9);
}

#[test]
fn mexc_counts_contracts_and_says_what_they_were_worth() {
    let place = Place::new();
    let head = "open_time,open,high,low,close,volume,amount,close_time\n";
    let text = rows(BARS, |k, b| {
        let open = (START + k * HOUR) * 1_000;
        format!(
            "{open},{},{},{},{},{},{},{}",
            b.open,
            b.high,
            b.low,
            b.close,
            b.volume * 1_000.0,
            b.volume * (b.high + b.low + b.close) / 3.0,
            open + 3_600_000
        )
    });
    place.put("mexc/contract/BTC_USDT-Min60-2024-01-01.csv", format!("{head}{text}"));
    let (plan, market) = place.import();
    assert_bars(&market, &plan.series()[0].symbol, BARS.map(bar));
    assert_eq!(plan.series()[0].left_out.remarks, [Remark::ContractsByQuote]);
}

#[test]
fn kucoin_has_the_close_second() {
    let place = Place::new();
    let text =
        rows(BARS, |k, b| format!("{},{},{},{},{},{},{}", START + k * HOUR, b.open, b.close, b.high, b.low, b.volume, b.volume * b.close));
    place.put("kucoin/BTC-USDT_1hour.csv", format!("time,open,close,high,low,volume,turnover\n{text}"));
    holds(&place, SPOT, "BTCUSDT", BARS);
}

#[test]
fn ccxt_dumps_end_with_a_bar_that_may_be_open() {
    let place = Place::new();
    let text = rows(0..73, |k, b| format!("{},{},{},{},{},{}", (START + k * HOUR) * 1_000, b.open, b.high, b.low, b.close, b.volume));
    place.put("bingx_BTC-USDT_1h.csv", text);
    let json: Vec<String> = (0..73)
        .map(|k| {
            format!("[{},{},{},{},{},{}]", (START + k * HOUR) * 1_000, bar(k).open, bar(k).high, bar(k).low, bar(k).close, bar(k).volume)
        })
        .collect();
    place.put("weex_ETH-USDT-SWAP_1h.json", format!("[{}]", json.join(",")));
    let rate = |k: i64| {
        format!("{{\"info\":{{}},\"symbol\":\"ETH/USDT:USDT\",\"fundingRate\":0.0001,\"timestamp\":{}}}", (START + k * 8 * HOUR) * 1_000)
    };
    place.put("weex_funding_ETH-USDT-SWAP.json", format!("[{}]", (0..9).map(rate).collect::<Vec<_>>().join(",")));
    let (_, market) = place.import();
    assert_bars(&market, "BTCUSDT", BARS.map(bar));
    assert_bars(&market, "ETHUSDT", BARS.map(bar));
    assert_eq!(market.funding.by_instrument[1].iter().filter(|settled| !settled.assumed).count(), 9);
}

pub(super) fn frame(range: std::ops::Range<i64>, step: i64, with_prices: bool) -> DataFrame {
    let millis: Vec<i64> = range.clone().map(|k| (START + k * step) * 1_000).collect();
    let time = Series::new("date".into(), &millis).cast(&DataType::Datetime(TimeUnit::Milliseconds, None)).unwrap();
    let column = |name: &str, pick: fn(i64) -> f64| Series::new(name.into(), range.clone().map(pick).collect::<Vec<f64>>()).into_column();
    let columns = if with_prices {
        vec![
            time.into_column(),
            column("open", |k| bar(k).open),
            column("high", |k| bar(k).high),
            column("low", |k| bar(k).low),
            column("close", |k| bar(k).close),
            column("volume", |k| bar(k).volume),
        ]
    } else {
        let nought = |name: &str| column(name, |_| 0.0);
        vec![time.into_column(), column("open", |_| 0.0001), nought("high"), nought("low"), nought("close"), nought("volume")]
    };
    DataFrame::new(range.count(), columns).unwrap()
}

pub(super) fn feather(mut frame: DataFrame) -> Vec<u8> {
    let mut bytes = Vec::new();
    IpcWriter::new(&mut bytes).with_compression(Some(IpcCompression::LZ4)).finish(&mut frame).unwrap();
    bytes
}

pub(super) fn parquet(mut frame: DataFrame) -> Vec<u8> {
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(&mut frame).unwrap();
    bytes
}

#[test]
fn freqtrade_folders_of_feather_and_parquet() {
    let place = Place::new();
    let data = "user_data/data/binance";
    place.put(&format!("{data}/XRP_USDT-1h.feather"), feather(frame(BARS, HOUR, true)));
    place.put(&format!("{data}/futures/XRP_USDT_USDT-1h-futures.feather"), feather(frame(BARS, HOUR, true)));
    place.put(&format!("{data}/futures/XRP_USDT_USDT-1h-mark.feather"), feather(frame(BARS, HOUR, true)));
    // Before 2026 rates were kept as bars, the rate in `open`.
    place.put(&format!("{data}/futures/XRP_USDT_USDT-8h-funding_rate.feather"), feather(frame(0..9, 8 * HOUR, false)));
    place.put(&format!("{data}/ADA_USDT-1h.parquet"), parquet(frame(BARS, HOUR, true)));
    let (_, market) = place.import();
    assert_bars(&market, "ADAUSDT", BARS.map(bar));
    assert_bars(&market, "XRPUSDT", BARS.map(bar));
    let perp = market.instruments.iter().position(|own| own.kind == Kind::Perp).unwrap();
    assert_eq!(market.panel.marked_bars[perp], 72);
    assert_eq!(market.funding.by_instrument[perp].iter().filter(|settled| !settled.assumed && settled.rate == 0.0001).count(), 9);
}

#[test]
fn cryptodatadownload_begins_with_its_address_and_the_newest_row() {
    let place = Place::new();
    let head = "https://www.CryptoDataDownload.com\nUnix,Date,Symbol,Open,High,Low,Close,Volume BTC,Volume USDT,tradecount\n";
    let text = rows(BARS.rev(), |k, b| {
        format!(
            "{},{},BTC/USDT,{},{},{},{},{},{},9",
            (START + k * HOUR) * 1_000,
            date(k),
            b.open,
            b.high,
            b.low,
            b.close,
            b.volume,
            b.volume * b.close
        )
    });
    place.put("Binance_BTCUSDT_1h.csv", format!("{head}{text}"));
    holds(&place, SPOT, "BTCUSDT", BARS);
}

#[test]
fn coinmarketcap_exports_are_bars_of_days_and_market_caps() {
    let place = Place::new();
    let head = "\u{feff}timeOpen;timeClose;timeHigh;timeLow;name;open;high;low;close;volume;marketCap;circulatingSupply;timestamp\n";
    let day = |k: i64| Time::from_seconds(START + k * 24 * HOUR).date();
    let text = rows((0..30).rev(), |k, b| {
        let times = format!("\"{0}T00:00:00.000Z\";\"{0}T23:59:59.999Z\";\"{0}T01:00:00.000Z\";\"{0}T02:00:00.000Z\"", day(k));
        format!(
            "{times};2781;{};{};{};{};{};{};1;\"{}T23:59:59.999Z\"",
            b.open,
            b.high,
            b.low,
            b.close,
            b.volume * b.close,
            1e9 + k as f64,
            day(k)
        )
    });
    place.put("BTC_1.1.2024-30.1.2024_historical_data_coinmarketcap.csv", format!("{head}{text}"));
    let (plan, market) = place.import_as(&rotate::import::Request { quote: Some("USD".to_owned()), ..place.request() });
    assert_eq!((plan.bar(), plan.quote()), (rotate::units::Span::DAY, "USD"));
    assert_bars(&market, "BTCUSD", (0..30).map(|k| rotate::market::Bar { time: Time::from_seconds(START + k * 24 * HOUR), ..bar(k) }));
    // A day's cap is known when the day is over.
    assert!(place.text("market-cap.csv").starts_with("known_at,asset,market_cap_usd,rank\n2024-01-02T00:00:00Z,BTC,1000000000,\n"));
}

#[test]
fn symbols_in_chinese_and_many_coins_in_one_contract() {
    let place = Place::new();
    for symbol in ["币安人生USDT", "1000PEPEUSDT"] {
        place.put(&format!("um/klines/{symbol}/1h/{symbol}-1h-2024-01.csv"), binance(BARS, 1_000));
    }
    place.put("spot/PEPEUSDT-1h.csv", binance(BARS, 1_000));
    let (_, market) = place.import();
    assert_bars(&market, "币安人生USDT", BARS.map(bar));
    let pepe = market.assets.iter().find(|asset| asset.name == "PEPE").unwrap();
    assert_eq!((market.instrument(pepe.perp.unwrap()).contract_size, market.instrument(pepe.spot.unwrap()).contract_size), (1_000.0, 1.0));
}

#[test]
fn a_mapping_says_what_nothing_else_does() {
    let place = Place::new();
    let number = |value: f64| value.to_string().replace('.', ",");
    let text = rows(BARS.rev(), |k, b| {
        let local = Time::from_seconds(START + (k + 1) * HOUR).to_string();
        let (day, hour) = (format!("{}.{}.{}", &local[8..10], &local[5..7], &local[..4]), &local[11..16]);
        format!("{day} {hour}|{}|{}|{}|{}|{}", number(b.close), number(b.open), number(b.high), number(b.low), number(b.volume * 10.0))
    });
    place.put("kurse.txt", format!("Kurse der Boerse|x\nund noch eine Zeile\nZeit|Schluss|Eroeffnung|Hoch|Tief|Kontrakte\n{text}"));
    let (_, market) = place.mapped(
        "content = \"perp\"\nsymbol = \"BTCEUR\"\nvenue = \"boerse\"\nskip = 2\ndelimiter = \"|\"\ndecimal_comma = true\norder = \"newest-first\"\n\
         volume = \"contracts\"\n[columns]\ntime = \"Zeit\"\nopen = \"Eroeffnung\"\nhigh = 4\nlow = \"Tief\"\nclose = \"Schluss\"\nvolume = \"Kontrakte\"\n\
         [time]\nformat = \"%d.%m.%Y %H:%M\"\noffset = \"+01:00\"\n[contract_size]\nBTCEUR = 0.1\n",
    );
    assert_bars(&market, "BTCEUR", BARS.map(bar));
    assert_eq!((market.quote.as_str(), market.assets[0].venue.as_str()), ("EUR", "boerse"));
}
